"""A mail catcher: takes every message, sends none on, and shows them on this machine.

Its process serves the stand-in tax authority (``lephi.tax``) too: a stack with one process less.
"""

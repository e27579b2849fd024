"""A mail catcher: takes every message, sends none on, and shows them on this machine."""

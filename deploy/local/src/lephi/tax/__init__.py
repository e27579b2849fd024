"""A stand-in for the tax authority: takes, refuses, and is away when asked to.

Written from docs/tax-authority.md alone; it shares no code with the client.
"""

"""The embedded stack's mail catcher: takes every message and shows it, sends nothing on."""

"""The JSON doors: each protocol, and the mock's own switches."""

"""The verbs of receipt."""

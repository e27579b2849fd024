"""What fee can be asked to do."""

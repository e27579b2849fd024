"""The broker: how far its consumers are, and every kept record once more."""

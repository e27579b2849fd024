"""The outside of ops: the broker, and the databases that the proof reads."""

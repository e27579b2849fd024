"""The decision tables; names as in reliability.md's invariants, rows carry no behaviour."""

"""The outside of the receipt service: paper and the store of files."""

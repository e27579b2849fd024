"""Series, receipts (biên lai) and their files."""

"""Files that an administrator keeps: agencies and procedures as CSV."""

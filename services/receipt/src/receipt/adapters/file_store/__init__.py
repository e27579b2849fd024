"""Where the files of receipts are kept."""

"""What can be rebuilt from facts: fee's words, receipts, dossiers that ended, agencies."""

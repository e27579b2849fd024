"""Every SQL statement on dossier's decision tables."""

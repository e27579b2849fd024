"""The rules of dossiers: states, what changed, agencies, and how people search."""

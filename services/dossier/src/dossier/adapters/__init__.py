"""The outside of dossier, a folder per counterpart."""

"""Made-up dossiers in the province's own words, the same for the same seed and day."""

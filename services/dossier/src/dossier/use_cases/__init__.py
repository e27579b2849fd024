"""The verbs of dossier: what happens to dossiers, agencies and the exchange with the province."""

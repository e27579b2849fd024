"""Dossiers (hồ sơ), parties, agencies, and the exchange with the province."""

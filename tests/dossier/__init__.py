"""Tests of dossier, by room."""

"""Tariffs (biểu phí), exemptions, and what is due for a dossier, explained."""

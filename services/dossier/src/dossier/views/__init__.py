"""What can be rebuilt from facts: the board, the money of a dossier, its timeline."""

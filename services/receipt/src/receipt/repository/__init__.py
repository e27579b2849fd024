"""Every SQL statement on the decision tables of receipt."""

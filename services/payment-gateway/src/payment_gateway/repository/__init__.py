"""Every SQL statement on the decision tables; functions take the session first."""

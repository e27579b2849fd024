"""Every SQL statement on the tables of ops."""

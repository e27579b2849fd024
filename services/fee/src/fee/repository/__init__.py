"""Every statement on fee's decision tables."""

"""The HTML door: why an amount is what it is, and the published tariffs."""

"""Bodies of fee's JSON and forms, and the file in which tariffs are handed in."""

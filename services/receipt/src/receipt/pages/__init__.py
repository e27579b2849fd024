"""The HTML door: for holders and citizens, for staff, and the public check."""

"""The outside: what partners send us and hear from us."""

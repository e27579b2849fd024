"""The outside: mail servers."""

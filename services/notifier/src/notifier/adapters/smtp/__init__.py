"""E-mail (RFC 5321, RFC 5322)."""

"""The embedded stack's identity provider: OpenID Connect with the demonstration's people."""

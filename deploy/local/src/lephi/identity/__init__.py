"""A small OpenID Connect provider for machines without Keycloak: Authlib's server side on Flask."""

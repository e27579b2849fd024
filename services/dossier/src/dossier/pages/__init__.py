"""The HTML door: calls one use case or reads a view, answers a template."""

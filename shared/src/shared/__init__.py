"""Mechanisms and contracts that the services have in common; never one service's rule."""

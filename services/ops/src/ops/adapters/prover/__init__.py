"""The databases of all services, read only."""

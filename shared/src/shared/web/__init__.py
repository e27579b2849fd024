"""The HTTP doors that all services share: pages, problems, identity, limits, live streams."""

"""The public language: a class per fact and version."""

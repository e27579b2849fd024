"""The embedded stack and the operator's command line."""

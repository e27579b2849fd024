"""The operator's command line: what a person at a terminal asks of a running stack."""

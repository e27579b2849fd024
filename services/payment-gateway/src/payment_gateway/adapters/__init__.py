"""The outside, a folder per channel: callback.py is pure, client.py is network for jobs only."""

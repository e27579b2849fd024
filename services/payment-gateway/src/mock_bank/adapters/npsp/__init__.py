"""The national payment platform's side of its protocol, version 1.0.6."""

"""Runs the command line: ``python -m lephi``."""

from lephi.cli import main

if __name__ == "__main__":
    main()

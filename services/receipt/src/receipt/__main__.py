"""``python -m receipt``."""

from receipt.main import make_service
from shared.cli import run

if __name__ == "__main__":
    run(make_service)

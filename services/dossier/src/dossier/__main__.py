"""``python -m dossier all | api | worker | migrate``."""

from dossier.main import make_service
from shared.cli import run

if __name__ == "__main__":
    run(make_service)

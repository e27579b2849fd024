"""Runs the mock bank: python -m mock_bank all | api | worker | migrate."""

from mock_bank.main import make_service
from shared.cli import run

if __name__ == "__main__":
    run(make_service)

"""Run payment-gateway: ``python -m payment_gateway all | api | worker | migrate``."""

from payment_gateway.main import make_service
from shared.cli import run

if __name__ == "__main__":
    run(make_service)

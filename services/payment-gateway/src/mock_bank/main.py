"""Composition root of the mock bank."""

from mock_bank import pages, routes
from mock_bank.adapters.npsp.client import NpspClient
from mock_bank.jobs import jobs
from mock_bank.settings import Settings
from mock_bank.tables import Base
from shared.service import Service


def make_service() -> Service:
    """Return the mock bank as one value; it neither hears nor says facts."""
    settings = Settings()
    client = NpspClient(settings.callback_address())
    return Service(
        name="mock-bank",
        package="mock_bank",
        settings=settings,
        metadata=Base.metadata,
        jobs=jobs(client, secret=settings.npsp_secret.get_secret_value()),
        routers=(pages.router, routes.router),
        closers=(client.close,),
    )

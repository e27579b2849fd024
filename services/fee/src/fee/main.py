"""Composition root of fee: settings, doors and tables named in one value."""

from functools import partial

from fee import handlers, routes
from fee.jobs import load_tariffs
from fee.pages import explanation, tariffs
from fee.settings import Settings
from fee.tables import Base
from shared.contracts.fee import SOURCE, TOPIC
from shared.service import Service


def make_service() -> Service:
    """Return the service as its environment describes it."""
    settings = Settings()
    return Service(
        name="fee",
        package="fee",
        settings=settings,
        metadata=Base.metadata,
        topic=TOPIC,
        source=SOURCE,
        subscriptions=handlers.SUBSCRIPTIONS,
        routers=(explanation.router, tariffs.router, routes.router),
        on_start=(partial(load_tariffs, path=settings.tariffs_file),),
    )

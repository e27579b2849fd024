"""Composition root of fee: settings, doors and tables named in one value."""

from functools import partial

from fee import handlers, routes
from fee.jobs import REASSESS_WAITING, load_tariffs
from fee.pages import drafts, explanation, requests, tariffs
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
        routers=(
            explanation.router,
            tariffs.router,
            drafts.router,
            requests.router,
            routes.router,
        ),
        jobs=(REASSESS_WAITING,),
        on_start=(partial(load_tariffs, path=settings.tariffs_file),),
    )

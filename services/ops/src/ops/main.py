"""Composition root of ops: settings, doors, jobs and tables named in one value."""

from ops import handlers, routes
from ops.jobs import jobs, verify
from ops.pages import doors
from ops.settings import Settings
from ops.tables import Base
from shared.contracts.ops import SOURCE, TOPIC
from shared.service import Service


def make_service() -> Service:
    """Return the service as its environment describes it."""
    settings = Settings()
    return Service(
        name="ops",
        package="ops",
        settings=settings,
        metadata=Base.metadata,
        topic=TOPIC,
        source=SOURCE,
        subscriptions=handlers.SUBSCRIPTIONS,
        jobs=jobs(settings),
        routers=(doors.router, routes.router),
        commands={"verify": lambda _service, argv: verify(settings, argv)},
    )

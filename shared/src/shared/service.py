"""A service as one value: everything that its processes run."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from fastapi import APIRouter
from sqlalchemy import MetaData

from shared.db.database import Database
from shared.jobs import Job
from shared.settings import ServiceSettings
from shared.subscriptions import Subscription
from shared.views import View


@dataclass(frozen=True, kw_only=True)
class Service:
    """Named in ``main.py`` of each service; run by ``shared.cli``."""

    name: str
    """As people and infrastructure see it: ``payment-gateway``."""
    package: str
    """As Python sees it: ``payment_gateway``."""
    settings: ServiceSettings
    metadata: MetaData
    topic: str | None = None
    """The stream it owns; None if it says nothing."""
    source: str = ""
    also_says: tuple[str, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    views: tuple[View, ...] = ()
    jobs: tuple[Job, ...] = ()
    routers: tuple[APIRouter, ...] = ()
    follows: tuple[str, ...] = ()
    """Streams whose facts move its open pages."""
    closers: tuple[Callable[[], Awaitable[None]], ...] = ()
    on_start: tuple[Callable[[Database], Awaitable[None]], ...] = ()
    """Done by a worker before it consumes; idempotent."""
    commands: Mapping[str, Callable[["Service", Sequence[str]], Awaitable[int]]] = field(
        default_factory=dict
    )
    """Further words of ``python -m <package>``; each returns an exit status."""

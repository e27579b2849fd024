"""What a route may ask for: a transaction, the cause of what it does, its service's settings."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar, cast
from uuid import UUID

from fastapi import Depends, Request, params
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.envelope import Cause
from shared.db.database import Database
from shared.jobs import JobRunner
from shared.settings import ServiceSettings

S = TypeVar("S", bound=ServiceSettings)


def database_of(request: Request) -> Database:
    """Return the service's database, for a door that opens its own transactions."""
    return cast("Database", request.app.state.database)


async def _transaction(request: Request) -> AsyncIterator[AsyncSession]:
    async with database_of(request).transaction() as session:
        yield session


Transaction = Annotated[AsyncSession, Depends(_transaction, scope="function")]
"""One transaction per request, committed before the answer is sent (house: trap 1)."""


def cause_of(request: Request) -> Cause:
    """Return the cause of what this request does.

    The correlation id is the caller's ``X-Correlation-Id`` if that is a UUID, else a new one.
    """
    return cast("Cause", request.state.cause)


async def _cause(request: Request) -> Cause:
    # A plain function would be run in a thread, for every request.
    return cause_of(request)


RequestCause = Annotated[Cause, Depends(_cause)]
"""Handed down to every fact that the request causes."""


def settings_of(kind: type[S]) -> Callable[[Request], Awaitable[S]]:
    """Return a dependency that gives the service's settings as ``kind``."""

    async def settings(request: Request) -> S:
        found = request.app.state.settings
        if not isinstance(found, kind):
            raise TypeError(f"this service's settings are no {kind.__name__}")
        return found

    return settings


async def run_now(request: Request, name: str, row_id: UUID, timeout_seconds: float = 5.0) -> bool:
    """Do the job of a row that is committed already; False if time ran out or it was taken.

    For a person who waits for a counterpart. Use ``database_of(request).transaction()`` in such a
    route: a ``Transaction`` is still open here, and the job would not see the row.
    """
    jobs = cast("JobRunner", request.app.state.jobs)
    return await jobs.run_now(name, row_id, timeout_seconds=timeout_seconds)


@dataclass(frozen=True)
class BodyLimit:
    """How many bytes a route takes where 64 KB are not enough."""

    max_bytes: int

    async def __call__(self) -> None:
        """Do nothing: ``app.py`` reads the limit, and the middleware enforces it."""


def body_limit(max_bytes: int) -> params.Depends:
    """Mark a route that takes larger bodies, for example a file to be checked."""
    return cast("params.Depends", Depends(BodyLimit(max_bytes)))

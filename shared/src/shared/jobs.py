"""Jobs: rows that are due, and what leaves the house because of them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from shared.db.database import Database


@dataclass(frozen=True)
class Job:
    """One kind of work: ``run`` does one due row, or the named one; False when there was none."""

    name: str
    run: Callable[[Database, UUID | None], Awaitable[bool]]
    pause: timedelta
    """How long to wait when nothing is due."""


class JobRunner:
    """The jobs of one service, for doors where a person waits."""

    def __init__(self, database: Database, jobs: Iterable[Job]) -> None:
        self._database = database
        self._jobs = {job.name: job for job in jobs}

    async def run_now(self, name: str, only: UUID, *, timeout_seconds: float) -> bool:
        """Do the job of the committed row ``only`` at once; False if time ran out or it was taken.

        Past the limit the row is still due, and the worker goes on with it.
        """
        try:
            async with asyncio.timeout(timeout_seconds):
                return await self._jobs[name].run(self._database, only)
        except TimeoutError:
            return False


async def run_due(database: Database, job: Job) -> None:
    """Do all due rows of ``job``, then return."""
    while await job.run(database, None):
        pass

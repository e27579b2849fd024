"""Jobs: rows that are due, and what leaves the house because of them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
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
    after_facts: bool = False
    """Look at once, too, when this process has stored a fact: somebody waits for what follows."""


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


async def run_by_clock(database: Database, job: Job) -> None:
    """Do what is due, for ever: at each pause, and after facts of this process if ``job`` asks."""
    new_facts = database.new_facts() if job.after_facts else asyncio.Event()
    while True:
        new_facts.clear()
        await run_due(database, job)
        with suppress(TimeoutError):
            async with asyncio.timeout(job.pause.total_seconds()):
                await new_facts.wait()

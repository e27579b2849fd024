"""Rebuild a view: fold the streams anew beside the live one, compare byte for byte, swap.

Read under a name of its own, exactly as far as the live view has come; so traffic may run. What
was folded and how far it came commit together: a rebuild that was killed goes on where it was.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import asyncpg
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import inbox
from shared.db import driver
from shared.db.database import Database
from shared.db.tables import ViewStateRow
from shared.errors import DomainError, Kind
from shared.failpoints import hit
from shared.kafka.comparing import Difference, compare
from shared.kafka.ranges import Behind, Ranges, reading
from shared.kafka.refolding import Poll, Work
from shared.kafka.view_schema import drop_fresh, index_fresh, make_fresh, swap_fresh
from shared.outside import closed
from shared.views import View, signature

_log: Final = structlog.get_logger()

_NEAR: Final = 2_000
"""Facts that may be left for the moment in which the live view waits."""
_LOCK_CLASS: Final = 0x1E9F2  # any number that nobody else uses


class RebuildRefusedError(DomainError):
    """The view cannot be rebuilt now; the detail says why."""

    kind = Kind.CONFLICT
    code = "rebuild-refused"
    title = "Chưa dựng lại được"


@dataclass(frozen=True, kw_only=True)
class Rebuild:
    """Which view is rebuilt, beside which live consumer."""

    view: View
    views: Sequence[View]
    """All views of the service: they are folded together."""
    live: str
    """Name of the consumer that folds them."""
    bootstrap: str
    replace: bool = False
    """Swap although they differ."""
    told: Callable[[int, int], None] = lambda _done, _left: None

    @property
    def consumer(self) -> str:
        """Return the name under which it reads."""
        return f"{self.live}.rebuild.{self.view.name}"

    @property
    def schema(self) -> str:
        """Return the schema of the tables that are folded anew."""
        return f"rebuild_{self.view.name.replace('-', '_')}"


@dataclass(frozen=True)
class Rebuilt:
    """What came of it."""

    facts: int
    """Folded by this run."""
    lines: int
    left_out: int
    """Messages that the live view could not take either."""
    differences: Sequence[Difference]
    swapped: bool


async def rebuild(database: Database, wanted: Rebuild) -> Rebuilt:
    """Fold ``wanted.view`` anew and put it in the live one's place if both are equal.

    Raises RebuildRefusedError when another rebuild of it runs, or the live view is of another
    version. Nothing leaves the house meanwhile.
    """
    with closed():
        async with _alone(database, wanted), reading(wanted.bootstrap, _topics(wanted)) as ranges:
            work = await _begin(database, wanted)
            while await _catch_up(database, wanted, work, ranges) > _NEAR:
                pass
            await index_fresh(database, [wanted.view], wanted.schema)
            return await _finish(database, wanted, work, ranges)


async def _begin(database: Database, wanted: Rebuild) -> Work:
    """Go on with what an earlier run left, if it folded the same version of the view."""
    version = signature([wanted.view])
    async with database.transaction() as session:
        await _require_same_version(session, wanted)
        mine = await session.get(ViewStateRow, wanted.consumer)
        if mine is None or mine.signature != version:
            await inbox.forget(session, wanted.consumer)
            await make_fresh(session, [wanted.view], wanted.schema)
            await session.merge(ViewStateRow(consumer=wanted.consumer, signature=version))
        at = await inbox.next_offsets(session, wanted.consumer)
    _log.info("rebuild.begun", view=wanted.view.name, resumed=bool(at))
    return Work(wanted.view, wanted.consumer, wanted.live, dict(at))


async def _require_same_version(session: AsyncSession, wanted: Rebuild) -> None:
    live = await session.get(ViewStateRow, wanted.live)
    if live is None or live.signature != signature(wanted.views):
        raise RebuildRefusedError("the live view is of another version: start the worker first")


async def _catch_up(database: Database, wanted: Rebuild, work: Work, ranges: Ranges) -> int:
    """Fold as far as the live view has come; return how much that was."""
    async with database.transaction() as session:
        target, parked = await _live(session, wanted)
    if parked:  # What is left out is known to this run alone, so a later one begins anew.
        await _forget_state(database, wanted)
    before = work.facts
    storing: asyncio.Task[None] | None = None
    try:
        async for polled in ranges.up_to(target, work.at):
            poll = work.read(polled, parked)  # While PostgreSQL stores the poll before.
            if storing is not None:
                await storing
            storing = asyncio.create_task(_commit(database, work, poll))
            left = sum(max(0, end - work.at.get(place, 0)) for place, end in target.items())
            wanted.told(work.facts, left)
    finally:
        if storing is not None:
            await storing
    return work.facts - before


async def _commit(database: Database, work: Work, poll: Poll) -> None:
    async with database.transaction() as session:
        await driver.execute(session, "SET LOCAL synchronous_commit = off")
        await work.store(session, poll)
    hit("W18")


async def _finish(database: Database, wanted: Rebuild, work: Work, ranges: Ranges) -> Rebuilt:
    """Hold the live view still, fold what is left, compare, and swap in the same transaction."""
    names = ", ".join(f"view.{row.__tablename__}" for row in wanted.view.rows)
    async with database.transaction() as session:
        await driver.execute(session, "SET LOCAL lock_timeout = '20s'")
        await driver.execute(session, f"LOCK TABLE {names} IN EXCLUSIVE MODE")
        await _require_same_version(session, wanted)
        target, parked = await _live(session, wanted)
        async for polled in ranges.up_to(target, work.at):
            await work.store(session, work.read(polled, parked))
        left_out = await work.store_released(session, parked)
        lines, differences = await compare(session, wanted.view, "view", wanted.schema)
        swaps = wanted.replace or not differences
        if swaps:
            await swap_fresh(session, [wanted.view], wanted.schema)
        await _clear(session, wanted)
        hit("W19")
    _log.info(
        "rebuild.ended", view=wanted.view.name, facts=work.facts, lines=lines,
        differences=len(differences), swapped=swaps,
    )  # fmt: skip
    return Rebuilt(work.facts, lines, left_out + work.unreadable, differences, swaps)


async def _live(
    session: AsyncSession, wanted: Rebuild
) -> tuple[Mapping[Behind, int], set[tuple[Behind, int]]]:
    """Return how far the live view has come, then which messages it could not take."""
    topics = _topics(wanted)
    target = await inbox.next_offsets(session, wanted.live)
    rows = await driver.fetch(
        session,
        'SELECT topic, partition, "offset" FROM parked WHERE consumer = $1',
        wanted.live,
    )
    parked = {((row["topic"], row["partition"]), row["offset"]) for row in rows}
    return {place: end for place, end in target.items() if place[0] in topics}, parked


async def _forget_state(database: Database, wanted: Rebuild) -> None:
    async with database.transaction() as session:
        statement = text("DELETE FROM view_state WHERE consumer = :consumer")
        await session.execute(statement, {"consumer": wanted.consumer})


async def _clear(session: AsyncSession, wanted: Rebuild) -> None:
    """Leave nothing behind but the view."""
    await drop_fresh(session, wanted.schema)
    await inbox.forget(session, wanted.consumer)
    await driver.execute(session, "DELETE FROM view_state WHERE consumer = $1", wanted.consumer)


def _topics(wanted: Rebuild) -> frozenset[str]:
    return frozenset(each.event.topic for each in wanted.view.folds)


@asynccontextmanager
async def _alone(database: Database, wanted: Rebuild) -> AsyncIterator[None]:
    """Hold the view's lock until the end; PostgreSQL lets go of it when the process dies."""
    connection = await asyncpg.connect(database.dsn, timeout=5, command_timeout=30)
    try:
        taken = await connection.fetchval(
            "SELECT pg_try_advisory_lock($1, hashtext($2))", _LOCK_CLASS, wanted.consumer
        )
        if not taken:
            raise RebuildRefusedError("another rebuild of this view runs")
        yield
    finally:
        await connection.close()

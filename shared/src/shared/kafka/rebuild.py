"""Rebuild a view: fold the streams anew beside the live one, compare byte for byte, swap.

Read under a name of its own, exactly as far as the live view has come; so traffic may run. What
was folded and how far it came commit together: a rebuild that was killed goes on where it was.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

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
from shared.inbox import Step
from shared.kafka.comparing import Difference, compare
from shared.kafka.folding import by_event_type, puts_of
from shared.kafka.messages import first_of_each
from shared.kafka.ranges import Behind, Ranges, reading
from shared.kafka.view_schema import drop_fresh, index_fresh, make_fresh, swap_fresh
from shared.outside import closed
from shared.subscriptions import Message, UnreadableMessageError
from shared.views import View, apply, signature

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


@dataclass
class _Work:
    """One run: where it is, and what it left out as the live view did."""

    rebuild: Rebuild
    at: dict[Behind, int]
    facts: int = 0
    skipped: dict[tuple[Behind, int], Message] = field(default_factory=dict)
    unreadable: int = 0


async def rebuild(database: Database, wanted: Rebuild) -> Rebuilt:
    """Fold ``wanted.view`` anew and put it in the live one's place if both are equal.

    Raises RebuildRefusedError when another rebuild of it runs, or the live view is of another
    version. Nothing leaves the house meanwhile.
    """
    with closed():
        async with _alone(database, wanted), reading(wanted.bootstrap, _topics(wanted)) as ranges:
            work = await _begin(database, wanted)
            while await _catch_up(database, work, ranges) > _NEAR:
                pass
            await index_fresh(database, [wanted.view], wanted.schema)
            return await _finish(database, work, ranges)


async def _begin(database: Database, wanted: Rebuild) -> _Work:
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
    return _Work(wanted, dict(at))


async def _require_same_version(session: AsyncSession, wanted: Rebuild) -> None:
    live = await session.get(ViewStateRow, wanted.live)
    if live is None or live.signature != signature(wanted.views):
        raise RebuildRefusedError("the live view is of another version: start the worker first")


async def _catch_up(database: Database, work: _Work, ranges: Ranges) -> int:
    """Fold as far as the live view has come; return how much that was."""
    async with database.transaction() as session:
        target, parked = await _live(session, work.rebuild)
    if parked:  # What is left out is known to this run alone, so a later one begins anew.
        await _forget_state(database, work.rebuild)
    before = work.facts
    async for polled in ranges.up_to(target, work.at):
        async with database.transaction() as session:
            await driver.execute(session, "SET LOCAL synchronous_commit = off")
            await _fold(session, work, polled, parked)
        hit("R1")
        left = sum(max(0, end - work.at.get(place, 0)) for place, end in target.items())
        work.rebuild.told(work.facts, left)
    return work.facts - before


async def _finish(database: Database, work: _Work, ranges: Ranges) -> Rebuilt:
    """Hold the live view still, fold what is left, compare, and swap in the same transaction."""
    wanted = work.rebuild
    names = ", ".join(f"view.{row.__tablename__}" for row in wanted.view.rows)
    async with database.transaction() as session:
        await driver.execute(session, "SET LOCAL lock_timeout = '20s'")
        await driver.execute(session, f"LOCK TABLE {names} IN EXCLUSIVE MODE")
        await _require_same_version(session, wanted)
        target, parked = await _live(session, wanted)
        async for polled in ranges.up_to(target, work.at):
            await _fold(session, work, polled, parked)
        left_out = await _fold_released(session, work, parked)
        lines, differences = await compare(session, wanted.view, "view", wanted.schema)
        swaps = wanted.replace or not differences
        if swaps:
            await swap_fresh(session, [wanted.view], wanted.schema)
        await _clear(session, wanted)
        hit("R2")
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


async def _fold(
    session: AsyncSession,
    work: _Work,
    polled: Mapping[Behind, Sequence[Message]],
    parked: set[tuple[Behind, int]],
) -> None:
    """Fold a poll, and go on behind it, in the transaction of ``session``."""
    ends = {place: messages[-1].offset + 1 for place, messages in polled.items()}
    steps = [Step(*place, work.at.get(place), end) for place, end in ends.items()]
    await inbox.advance(session, work.rebuild.consumer, steps)
    work.at.update(ends)
    heard: list[Message] = []
    wanted = by_event_type([work.rebuild.view])
    for place, messages in polled.items():
        for message in messages:
            work.facts += 1
            if message.event_type not in wanted:
                continue
            if (place, message.offset) in parked:
                work.skipped[place, message.offset] = message
            else:
                heard.append(message)
    await _fold_messages(session, work, heard)


async def _fold_messages(session: AsyncSession, work: _Work, heard: Sequence[Message]) -> None:
    ids = [message.event_id for message in heard]
    fresh = await inbox.first_deliveries(session, work.rebuild.consumer, ids)
    first = first_of_each(heard, fresh)
    by_type = by_event_type([work.rebuild.view])
    try:
        puts = list(puts_of(by_type, first))
    except UnreadableMessageError:
        puts = [put for each in first for put in await _puts_of_one(session, work, each)]
    await apply(session, puts, schema=work.rebuild.schema)


async def _puts_of_one(session: AsyncSession, work: _Work, message: Message) -> list[Any]:
    """Return the puts of ``message``; none if it is one that a person discarded, unread."""
    try:
        return list(puts_of(by_event_type([work.rebuild.view]), [message]))
    except UnreadableMessageError:
        if await _was_taken(session, work.rebuild.live, message):
            raise
        work.unreadable += 1
        return []


async def _fold_released(
    session: AsyncSession, work: _Work, parked: set[tuple[Behind, int]]
) -> int:
    """Fold what was left out and has been released since; return how many are still left out."""
    places = sorted(work.skipped, key=lambda each: each[1])
    gone = [work.skipped[each] for each in places if each not in parked]
    released = [each for each in gone if await _was_taken(session, work.rebuild.live, each)]
    await _fold_messages(session, work, released)
    return len(places) - len(released)


async def _was_taken(session: AsyncSession, consumer: str, message: Message) -> bool:
    found = await driver.fetchval(
        session,
        "SELECT true FROM inbox WHERE consumer = $1 AND event_id = $2",
        consumer,
        message.event_id,
    )
    return found is True


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

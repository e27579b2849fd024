"""Measurements: streams, backlog, unsent facts."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ops.domain.figures import Backlog, HeldUp, StreamFigures, Unanswered, Unsent, WorkKind
from ops.tables import BacklogRow, HeldUpRow, ParkedMessageRow, StreamRow, UnansweredRow, UnsentRow


@dataclass(frozen=True)
class Parked:
    """How many messages wait, and since when the first of them."""

    count: int
    oldest_at: datetime | None


async def list_streams(session: AsyncSession) -> list[StreamFigures]:
    """Return how much of each kept stream is archived."""
    rows = await session.execute(
        select(StreamRow.topic, func.sum(StreamRow.events), func.max(StreamRow.last_time))
        .group_by(StreamRow.topic)
        .order_by(StreamRow.topic)
    )
    return [StreamFigures(topic, int(events), last_time) for topic, events, last_time in rows]


async def list_backlog(session: AsyncSession) -> list[Backlog]:
    """Return how far each consumer was behind, the furthest first."""
    rows = await session.scalars(
        select(BacklogRow).order_by(BacklogRow.lag.desc(), BacklogRow.consumer, BacklogRow.topic)
    )
    return [Backlog(row.consumer, row.topic, row.lag, row.measured_at) for row in rows]


async def list_unsent(session: AsyncSession) -> list[Unsent]:
    """Return what waited in each outbox."""
    rows = await session.scalars(select(UnsentRow).order_by(UnsentRow.service))
    return [Unsent(row.service, row.facts, row.oldest_at, row.measured_at) for row in rows]


async def list_unanswered(session: AsyncSession) -> list[Unanswered]:
    """Return what each partner had not acknowledged."""
    rows = await session.scalars(select(UnansweredRow).order_by(UnansweredRow.partner))
    return [Unanswered(row.partner, row.facts, row.oldest_at, row.measured_at) for row in rows]


async def count_parked(session: AsyncSession) -> Parked:
    """Return how much is parked."""
    row = (await session.execute(select(func.count(), func.min(ParkedMessageRow.parked_at)))).one()
    return Parked(*row)


async def list_held_up(session: AsyncSession) -> list[HeldUp]:
    """Return what waited of receipt's work, in the order in which it is done."""
    order = list(WorkKind)
    rows = sorted(await session.scalars(select(HeldUpRow)), key=lambda row: order.index(row.kind))
    return [
        HeldUp(row.kind, row.waiting, row.failing, row.oldest_at, row.reason, row.measured_at)
        for row in rows
    ]


async def replace_held_up(session: AsyncSession, measured: Sequence[HeldUp]) -> None:
    """Put ``measured`` in the place of what was measured before."""
    await session.execute(delete(HeldUpRow))
    if measured:
        await session.execute(insert(HeldUpRow).values([asdict(each) for each in measured]))


async def replace_backlog(session: AsyncSession, measured: Sequence[Backlog]) -> None:
    """Put ``measured`` in the place of what was measured before."""
    await session.execute(delete(BacklogRow))
    values: list[dict[str, Any]] = [
        {"consumer": each.consumer, "topic": each.topic, "lag": each.lag,
         "measured_at": each.measured_at}
        for each in measured
    ]  # fmt: skip
    if values:
        await session.execute(insert(BacklogRow).values(values))


async def replace_unsent(session: AsyncSession, measured: Sequence[Unsent]) -> None:
    """Put ``measured`` in the place of what was measured before."""
    await session.execute(delete(UnsentRow))
    values: list[dict[str, Any]] = [
        {"service": each.service, "facts": each.facts, "oldest_at": each.oldest_at,
         "measured_at": each.measured_at}
        for each in measured
    ]  # fmt: skip
    if values:
        await session.execute(insert(UnsentRow).values(values))


async def replace_unanswered(session: AsyncSession, measured: Sequence[Unanswered]) -> None:
    """Put ``measured`` in the place of what was measured before."""
    await session.execute(delete(UnansweredRow))
    values: list[dict[str, Any]] = [
        {"partner": each.partner, "facts": each.facts, "oldest_at": each.oldest_at,
         "measured_at": each.measured_at}
        for each in measured
    ]  # fmt: skip
    if values:
        await session.execute(insert(UnansweredRow).values(values))

"""The inbox: first deliveries, and where a consumer goes on; rows of the effect's transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import driver


class FencedError(Exception):
    """Another process owns the partition now: roll back and let it go."""


@dataclass(frozen=True)
class Place:
    """One partition as one consumer reads it."""

    consumer: str
    topic: str
    partition: int


_FIRST: Final = """
INSERT INTO inbox (consumer, event_id) SELECT $1, unnest($2::uuid[])
ON CONFLICT DO NOTHING RETURNING event_id
"""
_ADVANCE: Final = """
UPDATE consumer_offset SET next_offset = $4, last_event_id = coalesce($5, last_event_id)
WHERE consumer = $1 AND topic = $2 AND partition = $3 AND next_offset = $6
"""
_BEGIN: Final = """
INSERT INTO consumer_offset (consumer, topic, partition, next_offset, last_event_id)
VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
"""


async def first_deliveries(
    session: AsyncSession, consumer: str, event_ids: Collection[UUID]
) -> set[UUID]:
    """Record ``event_ids``; return those that ``consumer`` had not heard before."""
    rows = await driver.fetch(session, _FIRST, consumer, list(event_ids))
    return {row["event_id"] for row in rows}


async def advance(
    session: AsyncSession, place: Place, *, old: int | None, new: int, last: UUID | None
) -> None:
    """Move ``place`` from ``old`` (None: never read) to ``new``; raise FencedError if it moved.

    The row is also the fence: a consumer that lost its partition cannot commit.
    """
    where = (place.consumer, place.topic, place.partition)
    if old is None:
        tag = await driver.execute(session, _BEGIN, *where, new, last)
    else:
        tag = await driver.execute(session, _ADVANCE, *where, new, last, old)
    if not tag.endswith(" 1"):
        raise FencedError(f"{place.consumer} no longer owns {place.topic}/{place.partition}")


async def next_offsets(session: AsyncSession, consumer: str) -> Mapping[tuple[str, int], int]:
    """Return the next offset of every (topic, partition) that ``consumer`` has read."""
    rows: Sequence[Mapping[str, object]] = await driver.fetch(
        session,
        "SELECT topic, partition, next_offset FROM consumer_offset WHERE consumer = $1",
        consumer,
    )
    return {(str(r["topic"]), int(str(r["partition"]))): int(str(r["next_offset"])) for r in rows}


async def forget(session: AsyncSession, consumer: str) -> None:
    """Let ``consumer`` begin again at the beginning of every stream."""
    await driver.execute(session, "DELETE FROM inbox WHERE consumer = $1", consumer)
    await driver.execute(session, "DELETE FROM consumer_offset WHERE consumer = $1", consumer)

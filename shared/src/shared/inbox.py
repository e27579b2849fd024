"""The inbox: first deliveries, and where a consumer goes on; rows of the effect's transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import driver


class FencedError(Exception):
    """Another process owns the partition now: roll back and let it go."""


_FIRST: Final = """
INSERT INTO inbox (consumer, event_id) SELECT $1, unnest($2::uuid[])
ON CONFLICT DO NOTHING RETURNING event_id
"""
_STEPS: Final = """unnest($2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::uuid[])
 AS step (topic, partition, old, new, last)"""
_ADVANCE: Final = f"""
UPDATE consumer_offset AS o SET next_offset = new, last_event_id = coalesce(last, o.last_event_id)
FROM {_STEPS} WHERE o.consumer = $1 AND o.topic = step.topic AND o.partition = step.partition
 AND o.next_offset = old
"""  # noqa: S608 -- constants only
_BEGIN: Final = f"""
INSERT INTO consumer_offset (consumer, topic, partition, next_offset, last_event_id)
SELECT $1, topic, partition, new, last FROM {_STEPS} WHERE old IS NULL ON CONFLICT DO NOTHING
"""  # noqa: S608 -- constants only


@dataclass(frozen=True)
class Step:
    """How far one partition is read: from ``old`` (None: never read) to ``new``."""

    topic: str
    partition: int
    old: int | None
    new: int
    last: UUID | None = None
    """The last event that took effect there."""


async def first_deliveries(
    session: AsyncSession, consumer: str, event_ids: Collection[UUID]
) -> set[UUID]:
    """Record ``event_ids``; return those that ``consumer`` had not heard before."""
    rows = await driver.fetch(session, _FIRST, consumer, list(event_ids))
    return {row["event_id"] for row in rows}


async def advance(session: AsyncSession, consumer: str, steps: Sequence[Step]) -> None:
    """Take ``steps``, each in a partition of its own; raise FencedError if another took one.

    The rows are also the fence: a consumer that lost a partition cannot commit.
    """
    known = [step for step in steps if step.old is not None]
    new = [step for step in steps if step.old is None]
    moved = 0
    for sql, some in ((_ADVANCE, known), (_BEGIN, new)):
        if some:
            tag = await driver.execute(session, sql, consumer, *_columns(some))
            moved += int(tag.rpartition(" ")[2])
    if moved != len(steps):
        raise FencedError(f"{consumer} no longer owns all of {sorted({s.topic for s in steps})}")


def _columns(steps: Sequence[Step]) -> tuple[list[object], ...]:
    return (
        [step.topic for step in steps],
        [step.partition for step in steps],
        [step.old for step in steps],
        [step.new for step in steps],
        [step.last for step in steps],
    )


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

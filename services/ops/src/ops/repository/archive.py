"""The archive and what is counted beside it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ops.domain.archive import ParkedMessage, Record
from ops.tables import ArchiveRow, ParkedMessageRow, StreamRow
from shared.db import driver
from shared.db.tables import ConsumerOffsetRow

CONSUMER: Final = "ops"

_STORE: Final = """
WITH stored AS (
  INSERT INTO archive
    (topic, partition, "offset", body, id, type, subject, sequence, time, archived_at)
  SELECT r.*, $10::timestamptz
  FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bytea[], $5::uuid[], $6::text[],
              $7::text[], $8::bigint[], $9::timestamptz[]) AS r
  ON CONFLICT DO NOTHING
  RETURNING topic, partition, time, type
)
INSERT INTO stream AS s (topic, partition, events, last_time, grown)
SELECT topic, partition, count(*), max(time), bool_or(type IS NULL OR type <> ALL ($11::text[]))
FROM stored GROUP BY topic, partition ORDER BY topic, partition
ON CONFLICT (topic, partition) DO UPDATE
SET events = s.events + excluded.events,
    last_time = greatest(s.last_time, excluded.last_time),
    grown = s.grown OR excluded.grown
"""


async def store_records(
    session: AsyncSession, records: Sequence[Record], *, quiet_types: Sequence[str], now: datetime
) -> None:
    """Keep ``records``; those that are kept already stay as they are.

    Types in ``quiet_types`` do not make their partition worth a new checkpoint.
    """
    heads = [record.head for record in records]
    await driver.execute(
        session,
        _STORE,
        [record.topic for record in records],
        [record.partition for record in records],
        [record.offset for record in records],
        [record.body for record in records],
        [head and head.id for head in heads],
        [head and head.type for head in heads],
        [head and head.subject for head in heads],
        [head and head.sequence for head in heads],
        [head and head.time for head in heads],
        now,
        list(quiet_types),
    )


async def store_parked(session: AsyncSession, message: ParkedMessage) -> None:
    """Remember that ``message`` waits; the reason may have changed since it was first said."""
    values = {
        "consumer": message.consumer,
        "topic": message.topic,
        "partition": message.partition,
        "offset": message.offset,
        "owner": message.owner,
        "key": message.key,
        "reason_code": message.reason_code,
        "parked_at": message.parked_at,
    }
    statement = insert(ParkedMessageRow).values(values)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["consumer", "topic", "partition", "offset"],
            set_={"reason_code": statement.excluded.reason_code},
        )
    )


async def forget_parked(session: AsyncSession, message: ParkedMessage) -> None:
    """Remember no longer that ``message`` waits."""
    await session.execute(
        delete(ParkedMessageRow).where(
            ParkedMessageRow.consumer == message.consumer,
            ParkedMessageRow.topic == message.topic,
            ParkedMessageRow.partition == message.partition,
            ParkedMessageRow.offset == message.offset,
        )
    )


async def take_grown(session: AsyncSession) -> list[tuple[str, int, int]]:
    """Return (topic, partition, next offset) of each partition worth a checkpoint, and mark it."""
    rows = await session.execute(
        select(StreamRow.topic, StreamRow.partition, ConsumerOffsetRow.next_offset)
        .join(
            ConsumerOffsetRow,
            (ConsumerOffsetRow.consumer == CONSUMER)
            & (ConsumerOffsetRow.topic == StreamRow.topic)
            & (ConsumerOffsetRow.partition == StreamRow.partition),
        )
        .where(StreamRow.grown)
        .order_by(StreamRow.topic, StreamRow.partition)
        .with_for_update(of=StreamRow)
    )
    grown = [(topic, partition, offset) for topic, partition, offset in rows]
    for topic, partition, offset in grown:
        await session.execute(
            update(StreamRow)
            .where(StreamRow.topic == topic, StreamRow.partition == partition)
            .values(grown=False, checkpoint_offset=offset)
        )
    return grown


async def list_of_subject(
    session: AsyncSession, subject: str, *, limit: int
) -> Sequence[ArchiveRow]:
    """Return the archived facts about ``subject``, in order of time, sequence and topic."""
    statement = (
        select(ArchiveRow)
        .where(ArchiveRow.subject == subject)
        .order_by(ArchiveRow.time, ArchiveRow.topic, ArchiveRow.sequence)
        .limit(limit)
    )
    return (await session.scalars(statement)).all()


async def find_event(session: AsyncSession, event_id: UUID) -> ArchiveRow | None:
    """Return the archived fact with this id; None if there is none."""
    found: ArchiveRow | None = await session.scalar(
        select(ArchiveRow).where(ArchiveRow.id == event_id).order_by(ArchiveRow.offset).limit(1)
    )
    return found


async def list_parked(session: AsyncSession, *, limit: int) -> Sequence[ParkedMessageRow]:
    """Return what is parked anywhere, longest wait first."""
    statement = select(ParkedMessageRow).order_by(ParkedMessageRow.parked_at).limit(limit)
    return (await session.scalars(statement)).all()

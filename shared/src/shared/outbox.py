"""The outbox: a fact is stored in the transaction that caused it; the relay sends it afterwards."""

import zlib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.envelope import Cause, Event, Said, data_json, envelope_parts
from shared.db import driver
from shared.db.database import SAID
from shared.errors import DomainError, Kind
from shared.ids import new_id
from shared.outside import require_open

PARTITIONS: Final = 4
"""Outbox partitions: a relay holds a lock on each that it sends."""

_PLACE: Final = 2**53 - 1
"""Stands for the sequence until PostgreSQL knows it."""
_MARK: Final = f'"sequence":{_PLACE}'

_STORE: Final = """
WITH wanted AS (
  SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[]) AS w (topic, subject, facts)
), said AS (
  INSERT INTO outbox_subject AS o (topic, subject, last_sequence)
  SELECT topic, subject, facts FROM wanted ORDER BY topic, subject
  ON CONFLICT (topic, subject)
  DO UPDATE SET last_sequence = o.last_sequence + excluded.last_sequence
  RETURNING o.topic, o.subject, o.last_sequence
)
INSERT INTO outbox (id, partition, aggregatetype, aggregateid, type, topic, payload)
SELECT f.id, f.partition, f.aggregatetype, f.subject, f.type, f.topic,
       f.head || '"sequence":' || (said.last_sequence - f.later) || f.tail
FROM unnest($4::uuid[], $5::smallint[], $6::text[], $7::text[], $8::text[], $9::text[],
            $10::text[], $11::text[], $12::bigint[]) WITH ORDINALITY
     AS f (id, partition, aggregatetype, subject, type, topic, head, tail, later, n)
JOIN said ON said.topic = f.topic AND said.subject = f.subject
ORDER BY f.n
"""


_MOST_BYTES: Final = 900_000
"""Kafka and its producers take 1 MiB; a fact above it would keep all facts behind it waiting."""


class FactTooLargeError(DomainError):
    """A fact that no stream takes; whatever caused it does not happen, and is told so."""

    kind = Kind.INVALID
    code = "fact-too-large"
    title = "Nội dung quá lớn để ghi nhận"

    def __init__(self, fact_type: str) -> None:
        super().__init__(f"{fact_type} is larger than {_MOST_BYTES} bytes")


@dataclass(frozen=True)
class Emission:
    """One fact to say, with its circumstances."""

    fact: Event
    cause: Cause
    agency: str
    """Code of the receiving agency; whose staff may see the fact."""
    topic: str | None = None
    source: str | None = None
    """Where and by whom, for facts that every owner says; else the class knows."""
    id: UUID | None = None
    """Of the fact, where a row of its own already bears it."""
    data: str | None = None
    """``data_json`` of the fact, where a row of its own holds it too."""


@dataclass(frozen=True)
class _Line:
    emission: Emission
    id: UUID
    head: str
    tail: str
    later: int

    @property
    def topic(self) -> str:
        return self.emission.topic or self.emission.fact.topic


async def emit(
    session: AsyncSession, fact: Event, *, cause: Cause, agency: str, now: datetime
) -> UUID:
    """Store ``fact`` and return its id; it goes out after the transaction commits.

    Call it last: the subject's row stays locked until the end of the transaction, which is what
    makes the order of the outbox the order of commits per key. Raises FactTooLargeError.
    """
    return (await emit_all(session, [Emission(fact, cause, agency)], now=now))[0]


async def emit_all(
    session: AsyncSession, emissions: Sequence[Emission], *, now: datetime
) -> list[UUID]:
    """Store several facts in one statement; their subjects are locked in one order."""
    if not emissions:
        return []
    require_open("outbox")
    lines = _lines(emissions, now)
    wanted = sorted(Counter((line.topic, line.emission.fact.subject) for line in lines).items())
    await driver.execute(
        session,
        _STORE,
        [topic for (topic, _), _ in wanted],
        [subject for (_, subject), _ in wanted],
        [count for _, count in wanted],
        [line.id for line in lines],
        [outbox_partition(line.emission.fact.subject) for line in lines],
        [line.topic.rpartition(".")[2] for line in lines],
        [line.emission.fact.subject for line in lines],
        [line.emission.fact.type for line in lines],
        [line.topic for line in lines],
        [line.head for line in lines],
        [line.tail for line in lines],
        [line.later for line in lines],
    )
    session.info[SAID] = True
    return [line.id for line in lines]


async def emit_tombstone(session: AsyncSession, topic: str, subject: str) -> UUID:
    """Store a tombstone: the compacted ``topic`` forgets ``subject``; readers get its ``ce_id``."""
    require_open("outbox")
    event_id = new_id()
    await driver.execute(
        session,
        "INSERT INTO outbox (id, partition, aggregatetype, aggregateid, type, topic, payload)"
        " VALUES ($1, $2, $3, $4, 'tombstone', $5, NULL)",
        event_id,
        outbox_partition(subject),
        topic.rpartition(".")[2],
        subject,
        topic,
    )
    session.info[SAID] = True
    return event_id


async def send_again(session: AsyncSession, event_ids: Collection[UUID]) -> set[UUID]:
    """Have the relay send stored facts once more: the same bytes, the same ids, in their order.

    Returns those that are still stored; readers drop what they have heard already.
    """
    rows = await driver.fetch(
        session,
        "UPDATE outbox SET published_at = NULL WHERE id = ANY($1::uuid[]) AND payload IS NOT NULL"
        " RETURNING id",
        list(event_ids),
    )
    session.info[SAID] = True
    return {row["id"] for row in rows}


def outbox_partition(subject: str) -> int:
    """Return the outbox partition of a subject: equal subjects are sent by one relay, in order."""
    return zlib.crc32(subject.encode()) % PARTITIONS


def _lines(emissions: Sequence[Emission], now: datetime) -> list[_Line]:
    later: Counter[tuple[str, str]] = Counter()
    lines: list[_Line] = []
    for emission in reversed(emissions):
        fact, event_id = emission.fact, emission.id or new_id()
        said = Said(
            id=event_id,
            source=emission.source or fact.source,
            time=now,
            cause=emission.cause,
            agency=emission.agency,
            sequence=_PLACE,
        )
        about, data = envelope_parts(fact, said, emission.data or data_json(fact))
        if len(data) > _MOST_BYTES // 4 and len(data.encode()) > _MOST_BYTES:
            raise FactTooLargeError(fact.type)
        head, _, tail = about.partition(_MARK)
        key = (emission.topic or fact.topic, fact.subject)
        lines.append(_Line(emission, event_id, head, tail + data, later[key]))
        later[key] += 1
    lines.reverse()
    return lines


@dataclass(frozen=True)
class Unsent:
    """Facts that are stored and have not reached their stream."""

    since: datetime
    """When the oldest of them was said."""
    count: int


async def unsent(session: AsyncSession, *, said_before: datetime) -> Unsent | None:
    """Return what this service has not sent; None unless the oldest is from ``said_before``."""
    row = await driver.fetchrow(
        session,
        "SELECT min(created_at) AS since, count(*) AS count FROM outbox WHERE published_at IS NULL",
    )
    if row is None or row["since"] is None or row["since"] > said_before:
        return None
    return Unsent(row["since"], row["count"])

"""What a service said, and facts as its handlers hear them."""

from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import select

from shared.contracts.envelope import Cause, Envelope, Event, schema_address
from shared.db.database import Database
from shared.db.tables import OutboxRow
from shared.ids import new_id

E = TypeVar("E", bound=Event)

NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
"""Noon in Vietnam on a working day."""


def a_cause() -> Cause:
    """Return the cause of a new journey."""
    return Cause(correlation_id=new_id(), causation_id=new_id())


async def emitted(database: Database) -> list[str]:
    """Return the types of all facts in the outbox, in order."""
    async with database.transaction() as session:
        rows = await session.scalars(select(OutboxRow.type).order_by(OutboxRow.position))
        return list(rows)


async def facts(database: Database, event: type[E]) -> list[Envelope[E]]:
    """Return the facts of class ``event`` in the outbox, in order."""
    reader = Envelope[event]  # type: ignore[valid-type]  # made at run time
    async with database.transaction() as session:
        rows = await session.scalars(
            select(OutboxRow.payload)
            .where(OutboxRow.type == event.type)
            .order_by(OutboxRow.position)
        )
        return [reader.model_validate_json(payload or "") for payload in rows]


def an_envelope(fact: E, *, agency: str = "H34.10", sequence: int = 1) -> Envelope[E]:
    """Return ``fact`` as a handler hears it."""
    return Envelope[E](
        id=new_id(), source=fact.source, type=fact.type, subject=fact.subject, time=NOON,
        dataschema=schema_address(fact.type), correlationid=new_id(), causationid=new_id(),
        agency=agency, sequence=sequence, partitionkey=fact.subject, data=fact,
    )  # fmt: skip

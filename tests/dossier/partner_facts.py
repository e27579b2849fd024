"""What stands of the facts that the province was told."""

import json
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from dossier.domain.partner import FactState
from dossier.tables import PartnerFactRow
from shared.contracts.dossier import (
    PartnerFactSent,
)
from shared.db.database import Database
from shared.db.tables import OutboxRow
from tests.dossier.builders import (
    a_line,
    a_request,
    tell,
)
from tests.support.facts import an_envelope, facts


async def payload_of(database: Database, fact_type: str) -> dict[str, object]:
    async with database.transaction() as session:
        statement = select(OutboxRow.payload).where(OutboxRow.type == fact_type)
        payload = await session.scalar(statement)
    data: dict[str, object] = json.loads(payload or "")["data"]
    return data


async def sent_fact(database: Database) -> UUID:
    await tell(database, an_envelope(a_request(a_line())))
    return (await facts(database, PartnerFactSent))[0].data.fact_id


async def state_of(database: Database, fact_id: UUID) -> FactState:
    async with database.transaction() as session:
        row = await session.get(PartnerFactRow, fact_id)
    assert row is not None
    return row.state


async def as_if_sent(database: Database, fact_id: UUID, ago: timedelta) -> None:
    """Let a fact be as old as if it had been sent ``ago``."""
    async with database.transaction() as session:
        await session.execute(
            update(PartnerFactRow)
            .where(PartnerFactRow.id == fact_id)
            .values(
                sent_at=PartnerFactRow.sent_at - ago,
                last_sent_at=PartnerFactRow.last_sent_at - ago,
                due_at=PartnerFactRow.due_at - ago,
            )
        )

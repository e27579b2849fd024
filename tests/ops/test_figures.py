"""What the operator's board counts in the databases of others."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

from dossier.domain.partner import FactState
from dossier.tables import PartnerFactRow
from ops.adapters.prover.client import open_snapshots
from tests.conftest import NewDatabase

NOW: Final = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


async def test_given_facts_told_to_the_province_when_measured_then_those_without_answer_count(
    database_of: NewDatabase,
) -> None:
    database = await database_of("dossier")
    async with database.transaction() as session:
        for minutes, state in enumerate(FactState):
            fact = PartnerFactRow(
                id=uuid4(), partner="H34", dossier_code="H34.10-261122-0007", agency_code="H34.10",
                fact_type="YeuCauThanhToan", cause=uuid4(), day_on=NOW.date(), state=state,
                sent_at=NOW + timedelta(minutes=minutes), sends=1, last_sent_at=NOW,
            )  # fmt: skip
            session.add(fact)

    async with open_snapshots({"dossier": database.dsn}) as snapshots:
        [counted] = await snapshots.unanswered(now=NOW)
    async with open_snapshots({}) as nothing:
        assert await nothing.unanswered(now=NOW) == []

    assert (counted.partner, counted.facts, counted.oldest_at) == ("H34", 3, NOW)

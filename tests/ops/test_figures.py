"""What the operator's board counts in the databases of others."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

from sqlalchemy import text

from dossier.domain.partner import FactState
from dossier.tables import PartnerFactRow
from ops.adapters.prover.client import open_snapshots
from ops.domain.figures import HeldUp, WorkKind
from tests.conftest import NewDatabase
from tests.receipt.acts import settle
from tests.receipt.builders import a_payment

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


async def test_given_files_that_wait_and_fail_when_measured_then_both_count_with_the_reason(
    database_of: NewDatabase,
) -> None:
    database = await database_of("receipt")
    await settle(database, a_payment(), a_payment(), clock=lambda: NOW)
    async with database.transaction() as session:
        await session.execute(
            text(
                "UPDATE receipt_file SET error_code = 'pdf-not-made'"
                " WHERE receipt_id = (SELECT receipt_id FROM receipt_file LIMIT 1)"
            )
        )

    async with open_snapshots({"receipt": database.dsn}) as snapshots:
        found = await snapshots.held_up(now=NOW)
    async with open_snapshots({}) as nothing:
        assert await nothing.held_up(now=NOW) == []

    assert found == [
        HeldUp(WorkKind.RECEIPT_FILE, 2, 1, NOW, "pdf-not-made", NOW),
        HeldUp(WorkKind.DAILY_TABLE, 0, 0, None, None, NOW),
    ]

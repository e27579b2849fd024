"""What the operator's board counts in the databases of others."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

import pytest
from sqlalchemy import text

from dossier.domain.partner import FactState
from dossier.tables import PartnerFactRow
from ops.adapters.prover.client import open_snapshots
from ops.domain.alarms import LATE, Alarm, alarms
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
        HeldUp(WorkKind.SERIES, 0, 0, None, None, NOW),
        HeldUp(WorkKind.RECEIPT_NUMBER, 0, 0, None, None, NOW),
        HeldUp(WorkKind.RECEIPT_FILE, 2, 1, NOW, "pdf-not-made", NOW),
        HeldUp(WorkKind.DAILY_TABLE, 0, 0, None, None, NOW),
    ]


async def test_given_a_closed_series_and_december_when_measured_then_what_is_missing_counts(
    database_of: NewDatabase,
) -> None:
    database = await database_of("receipt")
    await settle(database, a_payment(), clock=lambda: NOW)
    late = datetime(2026, 12, 16, 1, 0, tzinfo=UTC)

    async with open_snapshots({"receipt": database.dsn}) as snapshots:
        [early, *_] = await snapshots.held_up(now=late - timedelta(days=1))
        [missing, *_] = await snapshots.held_up(now=late)
    async with database.transaction() as session:
        await session.execute(text("UPDATE series SET status = 'closed'"))
    await settle(database, a_payment(), clock=lambda: NOW)
    async with open_snapshots({"receipt": database.dsn}) as snapshots:
        [none, waiting, *_] = await snapshots.held_up(now=late)

    assert (early.waiting, missing.waiting, none.waiting) == (0, 1, 0)
    assert waiting == HeldUp(WorkKind.RECEIPT_NUMBER, 1, 0, NOW, "no-open-series", late)


@pytest.mark.parametrize(
    ("kind", "waited", "is_alarm"),
    [
        (WorkKind.SERIES, None, True),
        *((kind, LATE[kind] - timedelta(seconds=1), False) for kind in LATE if LATE[kind]),
        *((kind, LATE[kind], True) for kind in LATE if LATE[kind]),
    ],
)
def test_given_work_that_waits_when_looked_at_then_it_is_an_alarm_only_when_it_is_late(
    kind: WorkKind,
    waited: timedelta | None,
    is_alarm: bool,  # noqa: FBT001 - of the table
) -> None:
    since = None if waited is None else NOW - waited
    work = [HeldUp(kind, 3, 1, since, "why", NOW), HeldUp(kind, 0, 0, None, None, NOW)]

    assert alarms(work, NOW) == ([Alarm(kind, 3, since, "why")] if is_alarm else [])

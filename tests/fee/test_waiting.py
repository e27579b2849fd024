"""After an approval: what waited gets its amount, and nothing that was said changes."""

import asyncio
from dataclasses import replace
from datetime import date
from typing import Final

import pytest
from sqlalchemy import text

from fee import handlers
from fee.jobs import REASSESS_WAITING, reassess_waiting
from fee.repository.tariffs import open_book
from fee.use_cases import requests, tariffs, waiting
from shared.clock import utc_now
from shared.contracts.fee import FeeAssessed, FeePending, TariffPublished
from shared.db.database import Database
from shared.jobs import run_due
from tests.conftest import NewDatabase
from tests.fee.drafts import (
    a_tariff,
    asked,
    decided,
    drafted,
    in_force,
)
from tests.fee.facts import CODE, changed, hear, received, with_tariffs
from tests.fee.tariff_file import a_line
from tests.support.facts import an_envelope, emitted, facts

PUBLISHED: Final = TariffPublished.type


@pytest.fixture
async def database(database_of: NewDatabase) -> Database:
    return await database_of("fee")


async def test_given_dossiers_that_wait_when_a_tariff_is_approved_then_those_it_fits_get_amounts(
    database: Database,
) -> None:
    steps = waiting.STEP + 3
    codes = [f"H34.10-261122-{n:04}" for n in range(1, steps + 1)]
    dossiers = [received(dossier_code=code, fee_lines=(a_line("LP-MOI"),)) for code in codes]
    async with database.transaction() as session:
        await handlers.receive_dossiers(session, [an_envelope(fact) for fact in dossiers])
    early = received(
        dossier_code="H34.10-251231-0001",
        submitted_at="2025-12-31T16:59:59Z",
        fee_lines=(a_line("LP-MOI"),),
    )
    other = received(dossier_code="H34.10-261122-9999", fee_lines=(a_line("LP-KHAC"),))
    await hear(database, early)
    await hear(database, other)

    await in_force(database, a_tariff())
    await run_due(database, REASSESS_WAITING)
    await run_due(database, REASSESS_WAITING)

    assessed = [event.data for event in await facts(database, FeeAssessed)]
    assert sorted(fact.dossier_code for fact in assessed) == codes
    assert {fact.total_vnd for fact in assessed} == {30_000}
    pending = {event.data.dossier_code for event in await facts(database, FeePending)}
    assert pending == {*codes, early.dossier_code, other.dossier_code}


async def test_given_a_step_that_died_when_the_job_runs_again_then_nothing_is_said_twice(
    database: Database,
) -> None:
    await hear(database, received(fee_lines=(a_line("LP-MOI"),)))
    await in_force(database, a_tariff())
    async with database.transaction() as session:
        step = await waiting.take_step(session, None, now=utc_now())
    assert step is not None
    assert not await reassess_waiting(database, None)  # Its lease keeps others off.

    async with database.transaction() as session:
        await session.execute(text("UPDATE reassessment SET due_at = now()"))
    await run_due(database, REASSESS_WAITING)
    async with database.transaction() as session:
        await session.execute(text("UPDATE reassessment SET due_at = now(), after = ''"))
    await run_due(database, REASSESS_WAITING)

    assert len(await facts(database, FeeAssessed)) == 1


async def test_given_a_dossier_being_assessed_when_a_tariff_is_approved_then_the_approval_waits(
    database: Database,
) -> None:
    approval_id = await asked(database, await drafted(database, a_tariff()))

    async with database.transaction() as assessing:
        await open_book(assessing)
        approving = asyncio.create_task(decided(database, approval_id))
        done, _ = await asyncio.wait({approving}, timeout=0.3)
        assert not done
    await approving

    assert await emitted(database) == [PUBLISHED]


async def test_given_an_assessed_dossier_when_a_cheaper_tariff_is_approved_then_its_amount_stays(
    database: Database,
) -> None:
    await with_tariffs(database, "PHI-CHUNGTHUC-BS")
    await hear(database, received())
    cheaper = a_tariff(
        fee_code="PHI-CHUNGTHUC-BS", fee_kind="phi", procedure_code="2.000815", amount_vnd="1000"
    )
    await in_force(database, cheaper)
    await run_due(database, REASSESS_WAITING)

    await hear(database, changed(status=4), first=2)
    await hear(database, changed(fee_lines=(a_line(pages=60, declared_vnd=5),)), first=3)
    unchanged = [event.data.total_vnd for event in await facts(database, FeeAssessed)]
    await hear(database, changed(fee_lines=(a_line(pages=61),)), first=4)

    totals = [event.data.total_vnd for event in await facts(database, FeeAssessed)]
    assert unchanged == [62_000]
    assert totals == [62_000, 1_000]


async def test_given_a_pending_line_beside_a_due_one_when_looked_at_again_then_both_are_reckoned(
    database: Database,
) -> None:
    await with_tariffs(database, "PHI-CHUNGTHUC-BS")
    await hear(database, received(fee_lines=(a_line(pages=60), a_line("LP-MOI"))))

    await in_force(database, a_tariff())
    await run_due(database, REASSESS_WAITING)

    (event,) = await facts(database, FeeAssessed)
    assert [line.amount_vnd for line in event.data.lines] == [62_000, 30_000]


async def test_given_open_dossiers_when_counted_then_the_filing_day_and_the_fee_decide(
    database: Database,
) -> None:
    await with_tariffs(database, "PHI-CHUNGTHUC-BS")
    await hear(database, received())
    waits = received(dossier_code="H34.10-261123-0001", fee_lines=(a_line("LP-MOI"),))
    await hear(database, waits)
    row = a_tariff()
    later = replace(row, valid_from=date(2027, 1, 1))
    copies = replace(row, fee_code="PHI-CHUNGTHUC-BS")

    async with database.transaction() as session:
        found = [
            await requests.touched_by(session, [row]),
            await requests.touched_by(session, [later]),
            await requests.touched_by(session, [copies]),
            await requests.touched_by(session, [copies], date(2026, 11, 22)),
            await requests.touched_by(session, [copies], date(2026, 11, 21)),
        ]
        missing = await tariffs.missing_tariffs(session)

    assert [(each.open, each.filed, each.waiting) for each in found] == [
        (1, 1, 1),
        (1, 0, 0),
        (1, 1, 0),
        (1, 0, 0),
        (1, 1, 0),
    ]
    assert [(each.fee_code, each.procedure_code, each.dossiers) for each in missing] == [
        ("LP-MOI", "2.000815", 1)
    ]
    assert CODE not in {each.fee_code for each in missing}

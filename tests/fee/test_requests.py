"""Tariffs by two persons: nothing counts before the second one, and then nothing said changes."""

from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from fee.domain.checking import FaultCode, TariffFaultError
from fee.domain.tariff import (
    TariffFilter,
    TariffNotFoundError,
    TariffPhase,
    TariffRequestedError,
)
from fee.jobs import load_tariffs
from fee.schemas.tariff_lines import write_file
from fee.use_cases import drafts, requests, tariffs
from fee.use_cases.requests import Acting
from shared.approvals import (
    Decision,
    Person,
    PlanChangedError,
    SamePersonError,
)
from shared.contracts.fee import TariffPublished
from shared.db.database import Database
from shared.lifecycle import IllegalStepError
from tests.conftest import NewDatabase
from tests.fee.drafts import (
    APPROVES,
    DECLINE,
    WITHDRAW,
    WRITES,
    a_tariff,
    asked,
    decided,
    drafted,
    in_force,
    phase,
)
from tests.fee.tariff_file import TODAY
from tests.support.facts import NOON, a_cause, emitted, facts

PUBLISHED: Final = TariffPublished.type


@pytest.fixture
async def database(database_of: NewDatabase) -> Database:
    return await database_of("fee")


async def test_given_a_draft_when_asked_for_then_only_the_approval_publishes_it(
    database: Database,
) -> None:
    codes = await drafted(database, a_tariff())
    before = await phase(database, "TF-0128")
    approval_id = await asked(database, codes)
    waits = await phase(database, "TF-0128")
    silent = await emitted(database)

    await decided(database, approval_id)

    (event,) = await facts(database, TariffPublished)
    assert (before, waits) == (TariffPhase.DRAFT, TariffPhase.REQUESTED)
    assert silent == []
    assert await phase(database, "TF-0128") is TariffPhase.IN_FORCE
    assert (event.data.tariff_code, event.data.amount_vnd) == ("TF-0128", 30_000)


async def test_given_a_request_when_the_person_who_asked_approves_then_nothing_happens(
    database: Database,
) -> None:
    approval_id = await asked(database, await drafted(database, a_tariff()))

    with pytest.raises(SamePersonError):
        await decided(database, approval_id, by=WRITES)

    assert await phase(database, "TF-0128") is TariffPhase.REQUESTED
    assert await emitted(database) == []


async def test_given_a_draft_when_a_statement_approves_it_without_approval_then_it_is_refused(
    database: Database,
) -> None:
    await drafted(database, a_tariff())

    with pytest.raises(IntegrityError):
        async with database.transaction() as session:
            await session.execute(text("UPDATE tariff SET status = 'approved'"))


@pytest.mark.parametrize(
    "change", ["amount_vnd = 1", "valid_from = '2020-01-01'", "legal_basis = 'khác'"]
)
async def test_given_a_request_when_the_draft_was_changed_behind_it_then_it_is_not_approved(
    database: Database, change: str
) -> None:
    approval_id = await asked(database, await drafted(database, a_tariff()))
    async with database.transaction() as session:
        await session.execute(text(f"UPDATE tariff SET {change}"))  # noqa: S608 - of this test

    with pytest.raises(PlanChangedError):
        await decided(database, approval_id)

    assert await emitted(database) == []


@pytest.mark.parametrize(
    ("decision", "by"), [(DECLINE, APPROVES), (WITHDRAW, WRITES)], ids=["declined", "taken back"]
)
async def test_given_a_request_that_ended_when_the_draft_is_corrected_then_it_is_asked_for_anew(
    database: Database, decision: Decision, by: Person
) -> None:
    codes = await drafted(database, a_tariff())
    await decided(database, await asked(database, codes), decision, by)

    async with database.transaction() as session:
        await drafts.edit_draft(
            session, "TF-0128", a_tariff(amount_vnd="40000"), by=WRITES, now=NOON
        )
    await decided(database, await asked(database, codes))

    (event,) = await facts(database, TariffPublished)
    assert event.data.amount_vnd == 40_000


async def test_given_a_request_that_waits_when_its_draft_is_touched_then_it_stays_as_it_is(
    database: Database,
) -> None:
    codes = await drafted(database, a_tariff())
    await asked(database, codes)

    async with database.transaction() as session:
        with pytest.raises(TariffRequestedError):
            await drafts.edit_draft(session, codes[0], a_tariff(), by=WRITES, now=NOON)
        with pytest.raises(TariffRequestedError):
            await drafts.discard_draft(session, codes[0], by=WRITES, now=NOON)
    with pytest.raises(TariffRequestedError):
        await asked(database, codes)


async def test_given_a_discarded_draft_when_the_same_is_drafted_then_only_its_code_is_taken(
    database: Database,
) -> None:
    await drafted(database, a_tariff())
    async with database.transaction() as session:
        await drafts.discard_draft(session, "TF-0128", by=WRITES, now=NOON)

    with pytest.raises(TariffFaultError) as raised:
        await drafted(database, a_tariff())
    await drafted(database, a_tariff(tariff_code="TF-0129"))

    assert [fault.code for fault in raised.value.faults] == [FaultCode.CODE_KNOWN]
    with pytest.raises(IllegalStepError):
        await asked(database, ["TF-0128"])


async def test_given_an_approved_tariff_when_edited_or_asked_for_again_then_it_stays(
    database: Database,
) -> None:
    await in_force(database, a_tariff())

    async with database.transaction() as session:
        with pytest.raises(IllegalStepError):
            await drafts.edit_draft(session, "TF-0128", a_tariff(), by=WRITES, now=NOON)
    with pytest.raises(IllegalStepError):
        await asked(database, ["TF-0128"])
    with pytest.raises(TariffNotFoundError):
        await asked(database, ["TF-9999"])


async def test_given_a_tariff_when_its_end_is_approved_then_it_holds_until_that_day(
    database: Database,
) -> None:
    await in_force(database, a_tariff())
    last = date(2026, 12, 31)
    async with database.transaction() as session:
        acting = Acting(WRITES, a_cause(), NOON)
        ending = await requests.request_end(session, "TF-0128", last, reason="hết", acting=acting)

    await decided(database, ending)

    first, second = [event.data for event in await facts(database, TariffPublished)]
    assert (first.valid_to, second.valid_to) == (None, last)
    assert await phase(database, "TF-0128", last) is TariffPhase.IN_FORCE
    assert await phase(database, "TF-0128", last + timedelta(days=1)) is TariffPhase.ENDED
    with pytest.raises(TariffFaultError):
        async with database.transaction() as session:
            await requests.request_end(
                session, "TF-0128", date(2025, 12, 31), reason="sớm", acting=acting
            )


async def test_given_an_end_by_two_persons_when_the_list_is_loaded_again_then_it_stands(
    database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "tariffs.csv"
    path.write_bytes(write_file([a_tariff()]))
    await load_tariffs(database, path=path)
    async with database.transaction() as session:
        acting = Acting(WRITES, a_cause(), NOON)
        ending = await requests.request_end(
            session, "TF-0128", date(2026, 12, 31), reason="hết", acting=acting
        )
    await decided(database, ending)

    await load_tariffs(database, path=path)

    assert await emitted(database) == [PUBLISHED, PUBLISHED]
    assert await phase(database, "TF-0128", date(2027, 1, 1)) is TariffPhase.ENDED


@pytest.mark.parametrize("code", ["TF-0128", "TF-9999"], ids=["same code", "same key"])
async def test_given_a_tariff_of_persons_when_the_list_brings_another_then_theirs_stands(
    database: Database, tmp_path: Path, code: str
) -> None:
    rows = [a_tariff(tariff_code=code, amount_vnd="1"), a_tariff(tariff_code="L", fee_code="L")]
    path = tmp_path / "tariffs.csv"
    path.write_bytes(write_file(rows))
    await drafted(database, a_tariff())

    await load_tariffs(database, path=path)
    drafts_stay = await phase(database, "TF-0128")
    await decided(database, await asked(database, ["TF-0128"]))
    await load_tariffs(database, path=path)

    said = [event.data for event in await facts(database, TariffPublished)]
    assert drafts_stay is TariffPhase.DRAFT
    assert [(fact.tariff_code, fact.amount_vnd) for fact in said] == [
        ("L", 30_000),
        ("TF-0128", 30_000),
    ]


async def test_given_tiers_when_asked_for_one_by_one_then_open_pages_are_refused(
    database: Database,
) -> None:
    tier = {"rule": "tier", "unit": "page", "to_quantity": "2"}
    first = a_tariff(**tier)
    rest = a_tariff(tariff_code="TF-0129", rule="tier", unit="page", from_quantity="3")
    codes = await drafted(database, first, rest)

    with pytest.raises(TariffFaultError) as raised:
        await asked(database, codes[:1])
    await decided(database, await asked(database, codes))

    assert [fault.code for fault in raised.value.faults] == [FaultCode.PAGES_LEFT_OPEN]
    assert await emitted(database) == [PUBLISHED, PUBLISHED]


async def test_given_the_list_when_narrowed_by_phase_then_each_tariff_stands_in_one(
    database: Database,
) -> None:
    await in_force(
        database,
        a_tariff(tariff_code="A", fee_code="F1"),
        a_tariff(tariff_code="B", fee_code="F2", valid_from="2027-01-01"),
        a_tariff(tariff_code="C", fee_code="F3", valid_to="2026-11-21"),
    )
    await drafted(database, a_tariff(tariff_code="D", fee_code="F4"))
    await asked(database, await drafted(database, a_tariff(tariff_code="E", fee_code="F5")))
    await drafted(database, a_tariff(tariff_code="G", fee_code="F6"))
    async with database.transaction() as session:
        await drafts.discard_draft(session, "G", by=WRITES, now=NOON)

    async with database.transaction() as session:
        found = {
            each: [
                line.tariff.code
                for line in (
                    await tariffs.list_tariffs(
                        session, TariffFilter(phase=each), typed="", today=TODAY
                    )
                ).lines
                if line.phase is each
            ]
            for each in TariffPhase
        }

    assert found == {
        TariffPhase.IN_FORCE: ["A"],
        TariffPhase.UPCOMING: ["B"],
        TariffPhase.ENDED: ["C"],
        TariffPhase.DRAFT: ["D"],
        TariffPhase.REQUESTED: ["E"],
        TariffPhase.DISCARDED: ["G"],
    }

"""What fee says when dossiers come, change, end and come back; on real PostgreSQL."""

import asyncio

import pytest

from fee import handlers
from fee.domain.assessment import DossierUnknownError
from shared.contracts.dossier import DossierReinstated, DossierWithdrawn
from shared.contracts.fee import (
    FeeAssessed,
    FeeExempted,
    FeePending,
    FeeWithdrawn,
    PendingReason,
    WithdrawalReason,
)
from shared.contracts.parts import Explanation
from shared.db.database import Database
from shared.errors import Kind
from tests.conftest import NewDatabase
from tests.fee.facts import CODE, CONTEXT, changed, hear, received, with_tariffs
from tests.fee.tariff_file import a_line
from tests.support.facts import an_envelope, emitted, facts

ASSESSED = FeeAssessed.type
PENDING = FeePending.type
EXEMPTED = FeeExempted.type
WITHDRAWN = FeeWithdrawn.type


@pytest.fixture
async def database(database_of: NewDatabase) -> Database:
    return await with_tariffs(
        await database_of("fee"),
        "PHI-CHUNGTHUC-BS",
        "PHI-CHUNGTHUC-HDGD",
        "PHI-SAO-SOGOC",
        "PHI-TRICHLUC-HOTICH",
    )


async def said(database: Database) -> list[str]:
    return [kind for kind in await emitted(database) if "Tariff" not in kind]


async def test_given_tariffs_when_a_dossier_comes_then_its_amount_is_said_with_steps_and_law(
    database: Database,
) -> None:
    birth = a_line("PHI-TRICHLUC-HOTICH", copies=2)

    await hear(database, received(fee_lines=(a_line(pages=60), birth)))

    (event,) = await facts(database, FeeAssessed)
    fact = event.data
    assert (event.agency, event.subject, fact.version, fact.total_vnd) == ("H34.10", CODE, 1, 78000)
    assert [(s.quantity, s.unit_vnd, s.amount_vnd) for s in fact.lines[0].steps] == [
        (2, 2000, 4000),
        (58, 1000, 58000),
    ]
    assert fact.lines[0].legal_basis == "TT 226/2016/TT-BTC Điều 4"
    assert [line.explanation_code for line in fact.lines] == [
        Explanation.TIERS,
        Explanation.PER_COPY,
    ]
    assert fact.filed_on.isoformat() == "2026-11-22"


async def test_given_a_dossier_filed_after_midnight_in_vietnam_when_assessed_then_that_day_counts(
    database: Database,
) -> None:
    late = received(submitted_at="2026-11-21T17:30:00Z")

    await hear(database, late)

    (event,) = await facts(database, FeeAssessed)
    assert event.data.filed_on.isoformat() == "2026-11-22"


async def test_given_an_exempt_line_beside_a_due_one_when_assessed_then_it_stays_at_zero(
    database: Database,
) -> None:
    exempt = a_line("PHI-CHUNGTHUC-HDGD", variant="THE_CHAP_NNNT", evidence_ref="GT-7")
    context = CONTEXT.model_copy(update={"procedure_code": "2.001035"})

    await hear(database, received(context=context, fee_lines=(a_line(), exempt)))

    (event,) = await facts(database, FeeAssessed)
    line = event.data.lines[1]
    assert (event.data.total_vnd, line.amount_vnd) == (2000, 0)
    assert line.exemption is not None
    assert (line.exemption.reason_code, line.exemption.evidence_ref) == ("MIEN_THEO_LUAT", "GT-7")


async def test_given_only_exempt_lines_when_assessed_then_nothing_is_due_even_without_a_payee(
    database: Database,
) -> None:
    context = CONTEXT.model_copy(update={"procedure_code": "2.000908"})

    await hear(
        database, received(context=context, payee=None, fee_lines=(a_line("PHI-SAO-SOGOC"),))
    )

    assert await said(database) == [EXEMPTED]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"fee_lines": (a_line("PHI-CHUA-BIET"), a_line())}, PendingReason.NO_TARIFF),
        ({"payee": None}, PendingReason.AGENCY_INCOMPLETE),
        ({"fee_lines": ()}, PendingReason.PROCEDURE_INCOMPLETE),
    ],
    ids=["no tariff", "no payee", "no lines"],
)
async def test_given_something_missing_when_a_dossier_comes_then_it_waits_and_nothing_is_guessed(
    database: Database, changes: dict[str, object], reason: PendingReason
) -> None:
    await hear(database, received(**changes))

    (event,) = await facts(database, FeePending)
    assert await said(database) == [PENDING]
    assert event.data.reason_code is reason


async def test_given_a_pending_dossier_when_the_payee_is_completed_then_it_is_assessed(
    database: Database,
) -> None:
    complete = received()
    await hear(database, received(payee=None))

    await hear(database, changed(payee=complete.payee), first=2)

    (pending,) = await facts(database, FeePending)
    (assessed,) = await facts(database, FeeAssessed)
    assert await said(database) == [PENDING, ASSESSED]
    assert assessed.data.assessment_id == pending.data.assessment_id
    assert assessed.data.lines[0].line_id == pending.data.lines[0].line_id
    assert assessed.data.version == 2


async def test_given_an_assessment_when_the_change_alters_nothing_due_then_nothing_is_said(
    database: Database,
) -> None:
    await hear(database, received())

    same_lines = changed(fee_lines=(a_line(pages=60, declared_vnd=99_000),))
    await hear(database, changed(status=4), same_lines, first=2)

    assert await said(database) == [ASSESSED]


async def test_given_an_assessment_when_the_pages_change_then_the_next_version_keeps_its_ids(
    database: Database,
) -> None:
    await hear(database, received())

    await hear(database, changed(fee_lines=(a_line(pages=3),)), first=2)

    first, second = [event.data for event in await facts(database, FeeAssessed)]
    assert (first.assessment_id, first.lines[0].line_id) == (
        second.assessment_id,
        second.lines[0].line_id,
    )
    assert (second.version, second.total_vnd) == (2, 5000)


async def test_given_an_assessment_when_no_tariff_fits_any_more_then_its_successor_waits(
    database: Database,
) -> None:
    await hear(database, received())

    await hear(database, changed(fee_lines=(a_line("PHI-CHUA-BIET"),)), first=2)

    (ended,) = await facts(database, FeeWithdrawn)
    (pending,) = await facts(database, FeePending)
    assert await said(database) == [ASSESSED, WITHDRAWN, PENDING]
    assert ended.data.superseded_by == pending.data.assessment_id
    assert (ended.data.version, pending.data.version) == (2, 3)
    assert [ended.sequence, pending.sequence] == [2, 3]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (3, WithdrawalReason.REFUSED),
        (7, WithdrawalReason.WITHDRAWN),
        (8, WithdrawalReason.STOPPED),
    ],
)
async def test_given_an_assessment_when_the_dossier_ends_and_returns_then_a_new_one_begins(
    database: Database, status: int, reason: WithdrawalReason
) -> None:
    await hear(database, received())

    await hear(database, DossierWithdrawn(dossier_code=CODE, status=status), first=2)
    await hear(database, DossierReinstated(dossier_code=CODE, status=4), first=3)

    (ended,) = await facts(database, FeeWithdrawn)
    first, second = [event.data for event in await facts(database, FeeAssessed)]
    assert await said(database) == [ASSESSED, WITHDRAWN, ASSESSED]
    assert (ended.data.reason, ended.data.assessment_id) == (reason, first.assessment_id)
    assert second.assessment_id != first.assessment_id
    assert second.version == 3


async def test_given_an_assessment_when_the_province_has_collected_then_it_ends_for_that_reason(
    database: Database,
) -> None:
    paid = {"amount_vnd": 62_000, "paid_on": "2026-11-22", "reference": "BL-1"}
    await hear(database, received())

    await hear(database, changed(paid_elsewhere=paid), changed(status=9), first=2)

    (ended,) = await facts(database, FeeWithdrawn)
    assert ended.data.reason is WithdrawalReason.PAID_ELSEWHERE
    assert await said(database) == [ASSESSED, WITHDRAWN]


async def test_given_a_dossier_first_heard_of_as_withdrawn_when_it_comes_then_nothing_is_said(
    database: Database,
) -> None:
    await hear(database, received(status=7))

    assert await said(database) == []


async def test_given_twenty_deliveries_at_once_when_heard_then_the_fee_is_said_once(
    database: Database,
) -> None:
    fact = received()

    await asyncio.gather(*[hear(database, fact) for _ in range(20)])

    assert await said(database) == [ASSESSED]


async def test_given_a_poll_with_repeats_when_heard_in_one_transaction_then_each_is_said_once(
    database: Database,
) -> None:
    codes = [f"H34.10-261122-{n:04}" for n in range(1, 41)]
    dossiers = [
        received(dossier_code=code, fee_lines=(a_line(pages=n),))
        for n, code in enumerate(codes, start=1)
    ]
    await hear(database, dossiers[7])

    async with database.transaction() as session:
        poll = [an_envelope(fact) for fact in (*dossiers, *reversed(dossiers))]
        await handlers.receive_dossiers(session, poll)

    by_code = {event.subject: event.data.total_vnd for event in await facts(database, FeeAssessed)}
    assert len(await said(database)) == 40
    assert [by_code[code] for code in codes] == [
        2000 * min(n, 2) + 1000 * max(n - 2, 0) for n in range(1, 41)
    ]


async def test_given_a_newer_change_when_an_older_one_is_delivered_again_then_it_undoes_nothing(
    database: Database,
) -> None:
    older, newer = (changed(fee_lines=(a_line(pages=pages),)) for pages in (3, 4))
    await hear(database, received(), older, newer)

    await hear(database, received(), older)

    totals = [event.data.total_vnd for event in await facts(database, FeeAssessed)]
    assert totals == [62_000, 5_000, 6_000]


async def test_given_no_dossier_when_its_change_comes_first_then_it_waits(
    database: Database,
) -> None:
    with pytest.raises(DossierUnknownError) as raised:
        await hear(database, changed(status=4))

    assert raised.value.kind is Kind.WAITING

"""Views are functions of facts alone: in any order between topics, one by one or a poll at once."""

from collections.abc import Iterable, Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import inspect, select

from dossier.main import VIEWS
from dossier.views.board import BoardRow, PaymentState
from dossier.views.fees import fee_table
from dossier.views.money import ReceiptRow
from dossier.views.search import folded_of
from dossier.views.standing import Awaited, Standing, standing_of, waits_of
from dossier.views.timeline import TimelineRow
from shared.contracts.dossier import (
    DossierChanged,
    DossierClosed,
    DossierField,
    DossierReceived,
    DossierWithdrawn,
    PartnerAnswer,
    PartnerFactAcknowledged,
    PartnerFactSent,
    PartnerFactType,
)
from shared.contracts.envelope import Envelope, Event
from shared.contracts.fee import (
    Certainty,
    FeeWithdrawn,
    TariffChannel,
    TariffPublished,
    TariffRule,
    TariffUnit,
    WithdrawalReason,
)
from shared.contracts.money import RefundScope
from shared.contracts.parts import FeeKind, FilingChannel, PaymentTiming
from shared.db.database import Database
from shared.ids import new_id
from shared.kafka.view_schema import prepare_views
from shared.views import Put, apply
from tests.conftest import NewDatabase
from tests.dossier.builders import (
    CODE,
    CONTEXT,
    PAYEE,
    SENT_AT,
    TARIFF,
    a_file,
    a_line,
    a_receipt,
    a_request,
    a_settlement,
    an_assessment,
    an_exempt_line,
    puts_of,
)
from tests.dossier.refunds import a_refund
from tests.support.facts import an_envelope

LINE = a_line()
REQUEST = a_request(LINE)
PAID = a_settlement(REQUEST)
RECEIPT = a_receipt(PAID)
SURPLUS = a_refund(PAID, 9_000, scope=RefundScope.SURPLUS, lines=())
FACT = new_id()


def received() -> DossierReceived:
    return DossierReceived(
        dossier_code=CODE, dossier_id=new_id(), context=CONTEXT, receiving_agency="H34.10",
        deciding_agency="H34.10", payee=None, channel=FilingChannel.COUNTER,
        submitted_at=SENT_AT, due_at=SENT_AT, status=2, territory_code="H34",
        payment_timing=PaymentTiming.AFTER,
    )  # fmt: skip


def a_tariff() -> TariffPublished:
    return TariffPublished(
        tariff_id=TARIFF, tariff_code="TF-0001", fee_code="PHI-CHUNGTHUC-BS", fee_name="Phí",
        kind=FeeKind.PHI, unit=TariffUnit.PAGE, certainty=Certainty.TO_CONFIRM,
        channel=TariffChannel.BOTH, rule=TariffRule.TIER, amount_vnd=1_000,
        valid_from=SENT_AT.date(), legal_basis="TT 226/2016/TT-BTC Điều 4",
    )  # fmt: skip


def sent() -> PartnerFactSent:
    return PartnerFactSent(
        dossier_code=CODE, fact_id=FACT, fact_type=PartnerFactType.PAID, cause=new_id()
    )


def acknowledged() -> PartnerFactAcknowledged:
    return PartnerFactAcknowledged(
        dossier_code=CODE, fact_id=FACT, fact_type=PartnerFactType.PAID, cause=new_id(),
        result=PartnerAnswer.OK,
    )  # fmt: skip


CHANGED = DossierChanged(
    dossier_code=CODE, dossier_id=new_id(), payee=PAYEE, status=4, cleared=(DossierField.DUE_AT,)
)
HISTORY: Sequence[Sequence[Envelope[Event]]] = (
    [
        an_envelope(received()),
        an_envelope(CHANGED),
        an_envelope(sent()),
        an_envelope(acknowledged()),
        an_envelope(DossierWithdrawn(dossier_code=CODE, status=7)),
        an_envelope(DossierClosed(dossier_code=CODE, closed_at=SENT_AT)),
    ],
    [an_envelope(a_tariff()), an_envelope(an_assessment(LINE, an_exempt_line()))],
    [an_envelope(each) for each in (REQUEST, PAID, a_refund(PAID, 2_000), SURPLUS)],
    [an_envelope(RECEIPT), an_envelope(a_file(RECEIPT))],
)
"""Everything that happens to a dossier that is paid, topic by topic."""


def folded(puts: Iterable[Put]) -> dict[object, dict[str, Any]]:
    lines: dict[object, dict[str, Any]] = {}
    for put in puts:
        line = lines.setdefault((put.row.__tablename__, *sorted(put.key.items())), {})
        line.update(put.columns)
        for name, amount in put.amounts.items():
            line[name] = line.get(name, 0) + amount
    return lines


def interleaved(random: Random) -> list[Envelope[Event]]:
    """Return the history with each topic in its order and no order between topics."""
    left = [list(topic) for topic in HISTORY]
    order: list[Envelope[Event]] = []
    while any(left):
        order.append(random.choice([topic for topic in left if topic]).pop(0))
    return order


@given(st.randoms(use_true_random=False))
def test_given_a_history_when_topics_come_in_any_order_then_the_views_are_the_same(
    random: Random,
) -> None:
    in_order = [event for topic in HISTORY for event in topic]

    assert folded(puts_of(interleaved(random))) == folded(puts_of(in_order))


def test_given_the_folds_when_they_are_read_then_no_column_is_set_by_two_topics() -> None:
    owners: dict[tuple[str, str], set[str]] = {}
    for event in (event for topic in HISTORY for event in topic):
        for put in puts_of([event]):
            for name in (*put.columns, *put.amounts):
                place = (put.row.__tablename__, name)
                owners.setdefault(place, set()).add(type(event.data).topic)

    shared_columns = {place for place, topics in owners.items() if len(topics) > 1}
    assert {table for table, _ in shared_columns} <= {"timeline"}  # a line per fact there


@pytest.fixture
async def database(database_of: NewDatabase) -> Database:
    """A database with empty views."""
    made = await database_of("dossier")
    await prepare_views(made, VIEWS, consumer="dossier.views")
    return made


async def fold_in(database: Database, *events: Envelope[Event]) -> None:
    async with database.transaction() as session:
        await apply(session, puts_of(events))


async def test_given_a_history_when_it_is_folded_in_polls_then_it_equals_one_by_one(
    database_of: NewDatabase,
) -> None:
    found: list[list[dict[str, Any]]] = []
    random = Random(7)  # noqa: S311 - an order, not a secret
    for size in (3, 100):
        made = await database_of("dossier")
        await prepare_views(made, VIEWS, consumer="dossier.views")
        order = interleaved(random)
        for start in range(0, len(order), size):
            await fold_in(made, *order[start : start + size])
        found.append(await everything(made))

    assert found[0] == found[1]
    assert len(found[0]) == 6 + len([event for topic in HISTORY for event in topic]) - 1


async def everything(database: Database) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    async with database.transaction() as session:
        for row in (row for view in VIEWS for row in view.rows):
            keys = inspect(row).primary_key
            lines = await session.execute(select(row.__table__).order_by(*keys))
            rows.extend(dict(line._mapping) for line in lines)  # noqa: SLF001 - its public name
    return rows


async def test_given_a_paid_dossier_when_it_is_read_then_each_line_has_its_receipt(
    database: Database,
) -> None:
    await fold_in(database, *[event for topic in HISTORY for event in topic])

    async with database.transaction() as session:
        shown = await folded_of(session, CODE)
    table = fee_table(shown)
    due, exempt = table.lines
    assert due.receipt is not None
    assert (due.receipt.number, due.amount_vnd, due.is_uncertain) == (1024, 62_000, True)
    assert due.way is not None
    assert (due.way.channel, due.way.bank_code) == ("npsp", "970436")
    assert (exempt.amount_vnd, exempt.exemption_reason) == (0, "KHONG_THU")
    assert (table.total_vnd, table.paid_vnd, table.refunded_vnd) == (62_000, 62_000, 2_000)
    assert shown.line is not None
    assert standing_of(shown.line) is Standing.PAID
    assert (shown.line.status, shown.line.due_at) == (10, None)
    assert waits_of(shown) == []


JOURNEY: Sequence[tuple[Event, Standing, list[Awaited]]] = (
    (received(), Standing.AWAITING_FEE, [Awaited.ASSESSMENT]),
    (an_assessment(LINE), Standing.AWAITING_FEE, [Awaited.PAYABLE]),
    (REQUEST, Standing.DUE, [Awaited.PAYMENT]),
    (sent(), Standing.DUE, [Awaited.PAYMENT, Awaited.PROVINCE]),
    (acknowledged(), Standing.DUE, [Awaited.PAYMENT]),
    (PAID, Standing.PAID, [Awaited.RECEIPT]),
    (RECEIPT, Standing.PAID, [Awaited.RECEIPT_FILE]),
    (a_file(RECEIPT), Standing.PAID, []),
    (SURPLUS.model_copy(update={"amount_vnd": 62_000}), Standing.PAID, []),
    (a_refund(PAID, 61_999), Standing.PAID, []),
    (a_refund(PAID, 1), Standing.REFUNDED, []),
)


async def test_given_a_journey_when_it_is_read_at_each_step_then_what_is_awaited_is_named(
    database: Database,
) -> None:
    found: list[tuple[Standing, list[Awaited]]] = []
    for event, _, _ in JOURNEY:
        await fold_in(database, an_envelope(event))
        async with database.transaction() as session:
            shown = await folded_of(session, CODE)
        assert shown.line is not None
        found.append((standing_of(shown.line), [wait.what for wait in waits_of(shown)]))

    assert found == [(standing, awaited) for _, standing, awaited in JOURNEY]


async def test_given_a_dossier_that_owes_nothing_when_it_is_read_then_nothing_is_awaited(
    database: Database,
) -> None:
    refused = received().model_copy(update={"status": 3, "dossier_code": "H34.10-261122-0001"})
    collected = FeeWithdrawn(
        dossier_code=CODE, assessment_id=new_id(), version=1,
        reason=WithdrawalReason.PAID_ELSEWHERE,
    )  # fmt: skip
    await fold_in(database, *[an_envelope(each) for each in (refused, received(), collected)])

    found: list[tuple[Standing, int]] = []
    async with database.transaction() as session:
        for code in (refused.dossier_code, CODE):
            shown = await folded_of(session, code)
            assert shown.line is not None
            found.append((standing_of(shown.line), len(waits_of(shown))))
    assert found == [(Standing.CLOSED, 0), (Standing.PAID_ELSEWHERE, 0)]


async def test_given_one_poll_when_it_is_folded_then_sums_count_every_fact(
    database: Database,
) -> None:
    second = a_request(a_line(amount_vnd=8_000))
    await fold_in(
        database,
        an_envelope(PAID),
        an_envelope(a_settlement(second)),
        an_envelope(RECEIPT),
        an_envelope(a_receipt(a_settlement(second), number=1025)),
    )

    async with database.transaction() as session:
        line = await session.get(BoardRow, CODE)
        receipts = (await session.scalars(select(ReceiptRow.number))).all()
        names = (await session.scalars(select(TimelineRow.name))).all()
    assert line is not None
    assert (line.paid_vnd, line.receipts) == (70_000, 2)
    assert line.payment_state is PaymentState.PAID
    assert sorted(number or 0 for number in receipts) == [1024, 1025]
    assert sorted(names) == ["PaymentSettled"] * 2 + ["ReceiptIssued"] * 2

"""Every fault of the mock bank on every channel, through HTTP on both sides."""

import asyncio
from datetime import timedelta
from enum import StrEnum
from itertools import product
from uuid import UUID

import pytest

from mock_bank.domain.payments import Channel
from mock_bank.domain.tellings import Fault
from mock_bank.main import tellers_of
from mock_bank.settings import Settings
from mock_bank.use_cases import telling
from payment_gateway.adapters.catalogue import read_catalogue
from payment_gateway.domain.refunds import Status
from shared.clock import utc_now
from shared.contracts.payment import PaymentSettled
from tests.payment_gateway import refunding
from tests.payment_gateway.a_day import Day
from tests.payment_gateway.both_sides import BothSides, Paying
from tests.support.facts import facts

CHANNELS = [channel.code.value for channel in read_catalogue()]


class End(StrEnum):
    """What becomes of a payment that meets a fault."""

    SETTLED = "settled"
    """Settled once, in the full amount."""
    TOPPED_UP = "topped_up"
    """Short: it is held, and the rest settles it."""
    WAITS = "waits"
    """A bank's feed cannot be asked: what it does not tell, or not genuinely, is found when it
    tells again, or on its statement."""
    REFUSED = "refused"
    """The channel refuses to give the money back: a person does it."""
    BY_HAND = "by_hand"
    """The channel gives nothing back when it is asked to, so that it can refuse nothing."""
    LISTED = "listed"
    """The day's file differs: the accountant's list has it, and the payment stays settled."""


# Each cell is written out: nothing is taken for granted of a new fault, or of a new channel.
MATRIX = """
                      npsp      vnpay      momo       zalopay    vietqr
duplicate             settled   settled    settled    settled    settled
late                  settled   settled    settled    settled    settled
lost                  settled   settled    settled    settled    waits
out_of_order          settled   settled    settled    settled    settled
wrong_amount          topped_up topped_up  topped_up  topped_up  topped_up
bad_signature         settled   settled    settled    settled    waits
failed_after_success  settled   settled    settled    settled    settled
slow                  settled   settled    settled    settled    settled
refund_refused        by_hand   refused    refused    refused    by_hand
statement_differs     listed    listed     listed     listed     listed
"""


def read_cells(matrix: str) -> dict[tuple[str, str], End]:
    """Return the end of each channel and fault; a row with a cell too few or too many is wrong."""
    columns, *rows = [line.split() for line in matrix.strip().splitlines()]
    return {
        (channel, fault): End(cell)
        for fault, *cells in rows
        for channel, cell in zip(columns, cells, strict=True)
    }


EXPECTED = read_cells(MATRIX)
ALL = list(product(CHANNELS, Fault))


def bank_settings(both: BothSides) -> Settings:
    settings = both.bank.service.settings
    assert isinstance(settings, Settings)
    return settings


async def assert_settled_once(both: BothSides, paying: Paying) -> None:
    assert await both.status(paying) == "paid"
    assert await both.said(paying, "PaymentSettled") == 1
    assert await both.said(paying, "RefundProposed") == 0
    parts = """SELECT sum(m.applied_vnd) FROM money m JOIN payable p ON p.id = m.payable_id
      WHERE p.dossier_code = :code"""
    assert await both.gateway.run(parts, code=paying.code) == [100_000]
    unbalanced = "SELECT transaction_id FROM ledger_entry GROUP BY 1 HAVING sum(amount_vnd) <> 0"
    assert await both.gateway.run(unbalanced) == []


def test_given_the_matrix_when_it_is_read_then_every_fault_has_a_cell_on_every_channel() -> None:
    spoken = {channel.value for channel in Channel}

    assert set(CHANNELS) == spoken, "each channel of the gateway has its counterpart"
    assert set(EXPECTED) == {(channel, fault.value) for channel, fault in ALL}
    assert set(EXPECTED.values()) == set(End)


def test_given_a_row_with_a_cell_missing_when_the_matrix_is_read_then_it_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        read_cells(MATRIX.replace("settled    waits", "settled", 1))


async def assert_a_refund_ends(both: BothSides, paying: Paying, end: End) -> None:
    """Ask for all of it back; the money is with the bank until a person pays it by hand."""
    (refund_id,) = await refunding.propose_legal(both, paying, [50_000, 50_000])
    await refunding.decide(both, refund_id)
    await refunding.pay(both)

    refund = await refunding.refund_of(both, refund_id)
    refused = end is End.REFUSED
    assert refund.status is (Status.FAILED if refused else Status.BY_HAND)
    assert (refund.error_code or "").startswith(f"{paying.channel}-") is refused
    assert await refunding.given_back(both, paying) == []


async def assert_the_days_list_has_it(both: BothSides, paying: Paying) -> None:
    """Fetch the channel's file; what the bank planted in it stands on the list, and no more."""
    day = Day(both)
    before = await day.listed()
    await day.reconcile([paying.channel])

    planted = await day.planted()
    assert len(planted) == 1
    assert {reference: kind for reference, kind in (await day.listed()).items()
            if reference not in before} == planted  # fmt: skip


@pytest.mark.parametrize(("channel", "fault"), ALL)
async def test_given_a_fault_on_a_channel_when_a_payer_pays_then_it_ends_as_the_matrix_says(
    both: BothSides, channel: str, fault: Fault
) -> None:
    end = EXPECTED[channel, fault.value]
    await both.fault(channel, fault.value, after_ms=50)
    paying = await both.begin(channel)

    await both.tap(paying)
    await both.let_time_pass()

    if end is End.WAITS:
        assert await both.status(paying) == "awaiting_payment"
        assert await both.said(paying, "PaymentAttemptEnded") == 0, "silence is no failure"
        await both.tap(paying)
    if end is End.TOPPED_UP:
        assert await both.status(paying) == "on_hold"
        assert await both.said(paying, "MoneyUnmatched") == 1
        rest = await both.begin("npsp", code=paying.code)
        await both.tap(rest)
    if end is End.LISTED:
        await assert_the_days_list_has_it(both, paying)
    await assert_settled_once(both, paying)
    await both.let_time_pass()
    await assert_settled_once(both, paying)
    if end in {End.REFUSED, End.BY_HAND}:
        await assert_a_refund_ends(both, paying, end)


@pytest.mark.parametrize("channel", CHANNELS)
async def test_given_fifty_equal_callbacks_at_once_when_they_come_then_it_settles_once(
    both: BothSides, channel: str
) -> None:
    await both.fault(channel, "late", after_ms=3_600_000)
    paying = await both.begin(channel)
    payment = await both.tap(paying)
    told_at = utc_now() + timedelta(hours=2)
    async with both.bank.database.transaction() as session:
        (waiting,) = await telling.list_tellings(session, UUID(payment))
        due = await telling.take_due_telling(session, waiting.id, now=told_at)
    assert due is not None
    tellers = tellers_of(bank_settings(both))

    answers = await asyncio.gather(
        *[tellers[due.channel].tell(due, now=utc_now()) for _ in range(50)]
    )

    assert len(answers) == 50
    await assert_settled_once(both, paying)
    for teller in tellers.values():
        await teller.close()


async def test_given_99_000_by_transfer_and_1_000_by_the_platform_when_both_are_in_then_it_settles(
    both: BothSides,
) -> None:
    paying = await both.begin("vietqr")

    await both.tap(paying, amount_vnd=99_000)
    held = await both.status(paying)
    rest = await both.begin("npsp", code=paying.code)
    await both.tap(rest)

    await assert_settled_once(both, paying)
    (settled,) = [
        event for event in await facts(both.gateway.database, PaymentSettled)
        if event.subject == paying.code
    ]  # fmt: skip
    parts = [(money.channel.value, money.applied_vnd) for money in settled.data.monies]
    assert held == "on_hold"
    assert parts == [("vietqr", 99_000), ("npsp", 1_000)]


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"content": "nop tien ho so"}, "unknown"),
        ({"content": "LP0000000001 khong co"}, "unknown"),
        ({"account": "62010000123456", "bin": "970418"}, "wrong_payee"),
        ({"bin": "970418"}, "wrong_payee"),
    ],
)
async def test_given_a_transfer_that_fits_nothing_when_it_is_told_then_it_is_kept_for_a_person(
    both: BothSides, typed: dict[str, str], problem: str
) -> None:
    paying = await both.begin("vietqr")

    await both.tap(paying, **typed)
    await both.tap(paying, **typed)

    kept = "SELECT problem FROM money WHERE channel_reference = :reference"
    assert await both.gateway.run(kept, reference=paying.bank_id) == [problem]
    assert await both.status(paying) == "awaiting_payment"


async def test_given_a_transfer_to_an_account_not_named_when_it_is_told_then_it_settles(
    both: BothSides,
) -> None:
    paying = await both.begin("vietqr")

    await both.tap(paying, bin="", account="")

    await assert_settled_once(both, paying)

"""Rules of payables, money and references, without a database."""

import random
import re
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payment_gateway.domain import attempts, ledger, payables
from payment_gateway.domain.displays import Display, Face, face
from payment_gateway.domain.monies import Credit, CreditedAccount, channel_reference, judge
from payment_gateway.domain.payables import (
    Assessment,
    FeeWord,
    HoldReason,
    Payable,
    Plan,
    PublicStatus,
    plan,
    public_status,
)
from payment_gateway.domain.references import RANDOM_BITS, make_reference, read_reference
from shared.contracts.parts import FeeKind, PaymentChannel
from shared.contracts.payment import UnmatchedKind
from shared.ids import new_id
from tests.payment_gateway.builders import CODE, CONTEXT, PAYEE, a_line
from tests.support.facts import NOON


def a_payable(
    status: payables.Status = payables.Status.OPEN, *, amount_vnd: int = 100_000, held_vnd: int = 0
) -> Payable:
    return Payable(
        id=new_id(), dossier_code=CODE, supplement_no=0, reference="LP0000000000",
        assessment_id=new_id(), version=3, status=status,
        hold_reason=HoldReason.SHORT if held_vnd else None, amount_vnd=amount_vnd, applied_vnd=0,
        held_vnd=held_vnd, context=CONTEXT, payee=PAYEE,
        lines=(
            a_line(amount_vnd=amount_vnd - 40_000),
            a_line(FeeKind.LE_PHI, amount_vnd=40_000),
        ),
        opened_at=NOON, settled_at=None,
    )  # fmt: skip


def a_credit(
    amount_vnd: int = 100_000, *, is_ours: bool = True, account: CreditedAccount | None = None
) -> Credit:
    return Credit(
        PaymentChannel.NPSP, "LP0000000000T01", "GD1", amount_vnd, "VCB", NOON, "H34.10",
        is_ours, b"{}", account=account,
    )  # fmt: skip


OURS: Final = CreditedAccount(PAYEE.account.bin, PAYEE.account.number)


@pytest.mark.parametrize(
    ("payable", "credit", "applied", "problem"),
    [
        (a_payable(), a_credit(100_000), 100_000, None),
        (a_payable(), a_credit(99_999), 0, UnmatchedKind.SHORT),
        (a_payable(), a_credit(1), 0, UnmatchedKind.SHORT),
        (a_payable(), a_credit(100_001), 100_000, UnmatchedKind.OVER),
        (a_payable(payables.Status.ON_HOLD, held_vnd=99_000), a_credit(1_000), 1_000, None),
        (
            a_payable(payables.Status.ON_HOLD, held_vnd=99_000),
            a_credit(999),
            0,
            UnmatchedKind.SHORT,
        ),
        (a_payable(payables.Status.SETTLED), a_credit(), 0, UnmatchedKind.DUPLICATE),
        (a_payable(payables.Status.PARTLY_REFUNDED), a_credit(), 0, UnmatchedKind.DUPLICATE),
        (a_payable(payables.Status.CLOSED), a_credit(), 0, UnmatchedKind.LATE),
        (a_payable(payables.Status.REVERSED), a_credit(), 0, UnmatchedKind.LATE),
        (a_payable(), a_credit(is_ours=False), 0, UnmatchedKind.WRONG_PAYEE),
        (a_payable(), a_credit(account=OURS), 100_000, None),
        (a_payable(), a_credit(account=replace(OURS, bin="1")), 0, UnmatchedKind.WRONG_PAYEE),
        (a_payable(), a_credit(account=replace(OURS, number="1")), 0, UnmatchedKind.WRONG_PAYEE),
        (None, a_credit(), 0, UnmatchedKind.UNKNOWN),
    ],
)
def test_given_a_payable_when_money_comes_then_all_of_it_has_a_place(
    payable: Payable | None, credit: Credit, applied: int, problem: UnmatchedKind | None
) -> None:
    verdict = judge(payable, credit)

    assert (verdict.applied_vnd, verdict.problem) == (applied, problem)
    assert verdict.applied_vnd + verdict.unmatched_vnd == credit.amount_vnd


@given(
    status=st.sampled_from(list(payables.Status)),
    amount=st.integers(40_001, 10**12),
    held=st.integers(0, 10**6),
    came=st.integers(1, 10**12),
)
def test_given_any_payable_when_any_money_comes_then_the_ledger_sums_to_zero(
    status: payables.Status, amount: int, held: int, came: int
) -> None:
    held = min(held, amount - 1) if status is payables.Status.ON_HOLD else 0
    payable = a_payable(status, amount_vnd=amount, held_vnd=held)
    credit = a_credit(came)

    verdict = judge(payable, credit)
    entries = ledger.entries_of_credit(credit.channel, came, verdict, payable)

    assert sum(entries.values()) == 0
    assert entries["receivable/npsp"] == came
    owed = -sum(vnd for account, vnd in entries.items() if account.startswith("payable/"))
    assert owed == (amount if verdict.completes else 0)


@given(number=st.integers(0, 2**RANDOM_BITS - 1))
def test_given_a_reference_when_people_write_it_their_way_then_it_is_read_back(number: int) -> None:
    reference = make_reference(number)
    written = f"ck tien ho so {reference[:5].lower()}-{reference[5:]} cam on"

    assert re.fullmatch(r"LP[0-9A-HJKMNP-TV-Z]{10}", reference)
    assert read_reference(written) == reference
    assert read_reference(reference.replace("1", "l").replace("0", "o")) == reference


@given(number=st.integers(0, 2**RANDOM_BITS - 1), place=st.integers(2, 11), step=st.integers(1, 31))
def test_given_a_reference_when_one_character_is_wrong_then_it_is_not_read(
    number: int, place: int, step: int
) -> None:
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    reference = make_reference(number)
    other = alphabet[(alphabet.index(reference[place]) + step) % 32]

    assert read_reference(reference[:place] + other + reference[place + 1 :]) is None


@pytest.mark.parametrize(
    ("status", "version", "todo"),
    [
        (None, 1, Plan.OPEN),
        (payables.Status.OPEN, 3, Plan.NOTHING),
        (payables.Status.OPEN, 2, Plan.NOTHING),
        (payables.Status.OPEN, 4, Plan.AMEND),
        (payables.Status.ON_HOLD, 4, Plan.AMEND),
        (payables.Status.SETTLED, 4, Plan.REASSESS_PAID),
        (payables.Status.CLOSED, 3, Plan.NOTHING),
        (payables.Status.CLOSED, 4, Plan.OPEN),
        (payables.Status.REFUNDED, 4, Plan.OPEN),
    ],
)
def test_given_a_payable_when_an_assessment_comes_then_one_thing_is_to_do(
    status: payables.Status | None, version: int, todo: Plan
) -> None:
    newest = a_payable(status) if status is not None else None
    assessment = Assessment(new_id(), version, CODE, CONTEXT, PAYEE, (), 1)

    assert plan(newest, assessment) is todo


@pytest.mark.parametrize(
    ("status", "word", "public"),
    [
        (None, None, None),
        (None, FeeWord.PENDING, PublicStatus.AWAITING_FEE),
        (None, FeeWord.EXEMPTED, PublicStatus.EXEMPT),
        (None, FeeWord.ASSESSED, PublicStatus.AWAITING_FEE),
        (None, FeeWord.WITHDRAWN, None),
        (payables.Status.OPEN, FeeWord.PENDING, PublicStatus.AWAITING_PAYMENT),
        (payables.Status.SETTLED, FeeWord.PENDING, PublicStatus.PAID),
        (payables.Status.CLOSED, FeeWord.WITHDRAWN, PublicStatus.CANCELLED),
        (payables.Status.CLOSED, FeeWord.PENDING, PublicStatus.AWAITING_FEE),
        (payables.Status.CLOSED, FeeWord.EXEMPTED, PublicStatus.EXEMPT),
    ],
)
def test_given_payable_and_fees_word_when_the_public_asks_then_one_word_is_said(
    status: payables.Status | None, word: FeeWord | None, public: PublicStatus | None
) -> None:
    assert public_status(a_payable(status) if status else None, word) is public


def test_given_an_attempt_in_the_dark_when_it_is_asked_about_then_pauses_grow_and_end() -> None:
    due = [attempts.ask_again(asked, now=NOON) for asked in range(1, 9)]

    minutes = [(at - NOON) / timedelta(minutes=1) for at in due if at is not None]
    assert minutes == [5, 15, 60, 1440, 1440, 1440]
    assert due[6:] == [None, None]


def test_given_a_display_when_time_passes_then_it_forgets_the_citizen() -> None:
    display = Display(new_id(), "H34.10", "Trung tâm", CODE, NOON, None, None)
    open_, minute = a_payable(), timedelta(minutes=1)
    paid = replace(a_payable(payables.Status.SETTLED), settled_at=NOON + minute)

    assert face(display, open_, now=NOON + minute) is Face.DUE
    assert face(display, open_, now=NOON + 3 * minute) is Face.BLANK
    assert face(display, paid, now=NOON + minute) is Face.PAID
    assert face(display, paid, now=NOON + 2 * minute) is Face.BLANK
    assert face(display, replace(paid, settled_at=NOON - minute), now=NOON) is Face.BLANK
    assert face(display, None, now=NOON) is Face.BLANK


def test_given_a_strange_transaction_code_when_it_is_kept_then_it_is_a_plain_key() -> None:
    plain = channel_reference("GD-1.2_3")
    strange = [channel_reference(text) for text in ("GD 1", "giao dịch", "x" * 65, "")]

    assert plain == "GD-1.2_3"
    assert all(re.fullmatch(r"[0-9a-f]{64}", each) for each in strange)
    assert len(set(strange)) == len(strange)


def test_given_many_references_when_they_are_made_then_none_repeats() -> None:
    numbers = random.Random(1).sample(range(2**RANDOM_BITS), 2_000)  # noqa: S311 - no secret

    assert len({make_reference(number) for number in numbers}) == 2_000

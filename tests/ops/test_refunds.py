"""The proof of refunds and of the ledger: what it accepts, and each thing that turns it red."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ops.domain import refunds
from ops.domain.evidence import Evidence, LedgerState, RefundedMoney, RefundState
from ops.domain.findings import Breach, Check
from tests.ops.builders import LONG_AGO, NOW, an_id, sound

MONEY, REFUND = an_id(50), an_id(60)
PAID = RefundState(REFUND, MONEY, "settled", 1_000, LONG_AGO)


def with_a_refund() -> Evidence:
    evidence = sound()
    evidence.streams.refunds[REFUND] = 1_000
    back = RefundedMoney(MONEY, 1_000, must_go_back=False)
    return replace(evidence, refunds=[PAID], refunded_monies=[back], ledger=LedgerState(2, 5, {}))


def with_two_open() -> Evidence:
    ones = [RefundState(an_id(n), MONEY, "proposed", 1, None) for n in (61, 62)]
    return replace(with_a_refund(), refunds=[PAID, *ones])


def with_other_sum() -> Evidence:
    return replace(with_a_refund(), refunded_monies=[RefundedMoney(MONEY, 999, must_go_back=False)])


def with_none_proposed() -> Evidence:
    lost = RefundedMoney(an_id(51), 0, must_go_back=True)
    return replace(with_a_refund(), refunded_monies=[lost])


def with_one_only_said() -> Evidence:
    return replace(with_a_refund(), refunds=[], refunded_monies=[])


def with_one_never_said() -> Evidence:
    evidence = with_a_refund()
    evidence.streams.refunds.clear()
    return evidence


def breaches(evidence: Evidence) -> set[Breach]:
    found = refunds.refunds_are_single(evidence, Check(NOW, evidence.grace, quiet=False))
    return {each.breach for each in found.violations}


def test_given_a_refund_that_was_said_and_stored_when_it_is_proved_then_both_invariants_hold() -> (
    None
):
    evidence = with_a_refund()

    ledger = refunds.ledger_balances(evidence, Check(NOW, evidence.grace, quiet=False))

    assert breaches(evidence) == set()
    assert ledger.holds
    assert ledger.counts == {"transactions": 2, "entries": 5}


@pytest.mark.parametrize(
    ("tampered", "breach"),
    [
        (with_two_open, Breach.REFUND_OPEN_TWICE),
        (with_other_sum, Breach.REFUND_SUM_DIFFERS),
        (with_none_proposed, Breach.REFUND_MISSING),
        (with_one_only_said, Breach.REFUND_NOT_IN_TABLE),
        (with_one_never_said, Breach.REFUND_NOT_SAID),
    ],
)
def test_given_a_tampered_refund_when_it_is_proved_then_i5_turns_red(
    tampered: Callable[[], Evidence], breach: Breach
) -> None:
    assert breaches(tampered()) == {breach}


def test_given_an_entry_changed_by_hand_when_it_is_proved_then_i2_turns_red() -> None:
    evidence = replace(with_a_refund(), ledger=LedgerState(2, 5, {an_id(70): 1}))

    found = refunds.ledger_balances(evidence, Check(NOW, evidence.grace, quiet=False))

    assert [each.breach for each in found.violations] == [Breach.LEDGER_UNBALANCED]

"""Every life-cycle on the full product of states and triggers."""

from enum import StrEnum
from itertools import product
from typing import Any

import pytest

from payment_gateway.domain import (
    attempts,
    cases,
    monies,
    payables,
    refunds,
    reversals,
    tills,
)
from shared.lifecycle import IllegalStepError, Lifecycle

PAYABLE = """
open sum_complete settled | open part_received on_hold | open hold on_hold | open close closed
on_hold sum_complete settled | on_hold part_received on_hold | on_hold release open
on_hold close closed | settled refund_part partly_refunded | settled refund_all refunded
settled dispute disputed | partly_refunded refund_part partly_refunded
partly_refunded refund_all refunded | disputed dispute_won settled | disputed reverse reversed
"""
ATTEMPT = """
created redirect redirected | created succeed succeeded | created fail failed
created supersede superseded | redirected succeed succeeded | redirected fail failed
redirected ask_in_vain unknown | redirected supersede superseded | unknown succeed succeeded
unknown fail failed | unknown ask_in_vain unknown | unknown supersede superseded
unknown give_up given_up | failed succeed succeeded | superseded succeed succeeded
given_up succeed succeeded
"""
MONEY = """
unmatched match matched | unmatched refund refunding | matched refund refunding
refunding refund_settled refunded | refunding rest_matched matched
refunding rest_unmatched unmatched
"""
REFUND = """
proposed approve approved | proposed decline declined | approved send sent
approved take_by_hand by_hand | sent settle settled | sent fail failed | failed send sent
failed take_by_hand by_hand | by_hand settle settled
"""
TILL = "open take open | open close closed | closed hand_over handed_over"
REVERSAL = "waiting judge judged | waiting close closed"
CASE = """
open decide closed | open supersede closed
"""
CASES = [
    (cases.LIFECYCLE, cases.CaseStatus, cases.CaseTrigger, CASE),
    (payables.LIFECYCLE, payables.Status, payables.Trigger, PAYABLE),
    (attempts.LIFECYCLE, attempts.Status, attempts.Trigger, ATTEMPT),
    (monies.LIFECYCLE, monies.Status, monies.Trigger, MONEY),
    (refunds.LIFECYCLE, refunds.Status, refunds.Trigger, REFUND),
    (tills.LIFECYCLE, tills.Status, tills.Trigger, TILL),
    (reversals.LIFECYCLE, reversals.Status, reversals.Trigger, REVERSAL),
]


@pytest.mark.parametrize(("lifecycle", "states", "triggers", "allowed"), CASES)
def test_given_every_state_and_trigger_when_it_happens_then_only_the_listed_steps_are_allowed(
    lifecycle: Lifecycle[Any, Any], states: type[StrEnum], triggers: type[StrEnum], allowed: str
) -> None:
    steps = [step.split() for step in allowed.replace("\n", "|").split("|") if step.strip()]
    wanted = {(source, trigger): target for source, trigger, target in steps}

    found: dict[tuple[str, str], str] = {}
    for state, trigger in product(states, triggers):
        try:
            found[state.value, trigger.value] = lifecycle.next(state, trigger).value
        except IllegalStepError:
            assert not lifecycle.allows(state, trigger)

    assert found == wanted


def test_given_a_success_when_anything_happens_then_it_stays() -> None:
    leaving = [
        t for t in attempts.Trigger if attempts.LIFECYCLE.allows(attempts.Status.SUCCEEDED, t)
    ]

    assert leaving == []

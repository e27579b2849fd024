"""Every life-cycle of receipt on the full product of states and triggers."""

from enum import StrEnum
from itertools import product
from typing import Any

import pytest

from receipt.domain import daily_tables as tables
from receipt.domain import lifecycles as of
from shared.lifecycle import IllegalStepError, Lifecycle

CASES = [
    (of.LIFECYCLE, of.ReceiptStatus, of.ReceiptTrigger, "issued succeeded replaced"),
    (of.NOTICE_LIFECYCLE, of.NoticeStatus, of.NoticeTrigger, "pending store stored"),
    (of.REPORT_LIFECYCLE, of.ReportStatus, of.ReportTrigger, "due accept accepted"),
    (
        tables.LIFECYCLE, tables.SubmissionStatus, tables.SubmissionTrigger,
        "waiting send waiting, waiting accept accepted, waiting refuse refused,"
        " refused send waiting, refused accept accepted, refused refuse refused,"
        " refused remake remade",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("lifecycle", "states", "triggers", "allowed"), CASES)
def test_given_every_state_and_trigger_when_it_happens_then_only_the_listed_steps_are_allowed(
    lifecycle: Lifecycle[Any, Any], states: type[StrEnum], triggers: type[StrEnum], allowed: str
) -> None:
    found: dict[tuple[str, str], str] = {}
    for state, happening in product(states, triggers):
        try:
            found[state.value, happening.value] = lifecycle.next(state, happening).value
        except IllegalStepError:
            assert not lifecycle.allows(state, happening)

    steps = [step.split() for step in allowed.split(",")]
    assert found == {(source, trigger): target for source, trigger, target in steps}

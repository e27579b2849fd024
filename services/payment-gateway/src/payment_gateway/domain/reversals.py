"""What a bank takes back (đảo giao dịch): recorded wherever the money is, judged where it can be.

Money that paid a payable in full is a case for two persons. What settles nothing went back by the
bank's own hand: its refund is recorded as done, not paid once more. All else waits for a person.
"""

from enum import StrEnum
from typing import Final

from shared.lifecycle import Lifecycle, Step


class Status(StrEnum):
    """Where the report of a reversal stands."""

    WAITING = "waiting"
    JUDGED = "judged"
    """A case was opened for it, or the refund of its money was recorded as done by the bank."""
    CLOSED = "closed"
    """A person compared it with the bank's statement and said why nothing more is to be done."""


class Trigger(StrEnum):
    """What ends a report."""

    JUDGE = "judge"
    CLOSE = "close"


LIFECYCLE: Final = Lifecycle(
    initial=Status.WAITING,
    steps=(
        Step(Status.WAITING, Trigger.JUDGE, Status.JUDGED),
        Step(Status.WAITING, Trigger.CLOSE, Status.CLOSED),
        # No step leads back: what a bank takes back once more is another report.
    ),
)

"""The refund (hoàn trả): one open per money, a second person between proposal and payment."""

from enum import StrEnum
from typing import Final

from shared.lifecycle import Lifecycle, Step


class Status(StrEnum):
    """Where a refund stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    DECLINED = "declined"
    SENT = "sent"
    BY_HAND = "by_hand"
    """The channel cannot give back: the accountant pays it by transfer."""
    SETTLED = "settled"
    FAILED = "failed"


class Trigger(StrEnum):
    """What moves a refund on."""

    APPROVE = "approve"
    DECLINE = "decline"
    SEND = "send"
    TAKE_BY_HAND = "take_by_hand"
    SETTLE = "settle"
    FAIL = "fail"


LIFECYCLE: Final = Lifecycle(
    initial=Status.PROPOSED,
    steps=(
        Step(Status.PROPOSED, Trigger.APPROVE, Status.APPROVED),
        Step(Status.PROPOSED, Trigger.DECLINE, Status.DECLINED),
        Step(Status.APPROVED, Trigger.SEND, Status.SENT),
        Step(Status.APPROVED, Trigger.TAKE_BY_HAND, Status.BY_HAND),
        Step(Status.SENT, Trigger.SETTLE, Status.SETTLED),
        Step(Status.SENT, Trigger.FAIL, Status.FAILED),
        Step(Status.FAILED, Trigger.SEND, Status.SENT),
        Step(Status.FAILED, Trigger.TAKE_BY_HAND, Status.BY_HAND),
        Step(Status.BY_HAND, Trigger.SETTLE, Status.SETTLED),
    ),
)

OPEN: Final = tuple(s for s in Status if s not in {Status.DECLINED, Status.SETTLED})
"""A money has one refund at most in these states."""

BY_RULE: Final = "system"
"""Who proposed it where no person did."""

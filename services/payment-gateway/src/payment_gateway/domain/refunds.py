"""The refund (hoàn trả): one open per money, a second person between proposal and payment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

from payment_gateway.domain.payables import Payable
from shared.contracts.fee import WithdrawalReason
from shared.contracts.money import RefundedLine, RefundReason, RefundScope
from shared.contracts.parts import Line, PaymentChannel
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

NO_ANSWER: Final = "no-answer"
"""error_code of a refund whose channel gave no final answer in time: it may have been paid."""

ASK_PAUSES: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(minutes=60),
    timedelta(days=1),
    timedelta(days=1),
    timedelta(days=1),
)
"""Before each further question about a refund whose result is unknown."""

LEASE: Final = timedelta(seconds=30)
"""How long a worker holds a refund during its call; longer than any call's time limit."""

TECHNICAL: Final = (
    RefundReason.OVER,
    RefundReason.DUPLICATE,
    RefundReason.LATE,
    RefundReason.UNKNOWN,
    RefundReason.WRONG_PAYEE,
)
"""Money that settled nothing goes back (scope ``surplus``)."""

LEGAL: Final = (
    RefundReason.NOT_ACCEPTED,
    RefundReason.WITHDRAWN,
    RefundReason.STOPPED,
    RefundReason.ASSESSED_LESS,
)
"""The fee itself goes back (scope ``payable``), as far as the fee's own law allows."""


@dataclass(frozen=True)
class Refund:
    """One refund as it stands."""

    id: UUID
    money_id: UUID
    payable_id: UUID | None
    dossier_code: str | None
    agency_code: str
    """Owner of the account that the money reached."""
    scope: RefundScope
    lines: tuple[RefundedLine, ...]
    amount_vnd: int
    status: Status
    reason_code: RefundReason
    proposed_by: str
    approved_by: str | None
    error_code: str | None
    calls: int
    """Calls made in this round."""
    round: int
    """Grows when a person sends again after a refusal; each round has a key of its own."""
    sent_at: datetime | None

    @property
    def may_have_been_paid(self) -> bool:
        """Tell whether the channel never gave a final answer."""
        return self.status is Status.FAILED and self.error_code == NO_ANSWER

    @property
    def is_open(self) -> bool:
        """Tell whether it still waits for somebody."""
        return self.status in OPEN


@dataclass(frozen=True)
class RefundOrder:
    """What a channel is asked to give back, or asked about; nothing personal in it."""

    refund_id: UUID
    key: UUID
    """The counterpart's idempotency key of this round."""
    channel: PaymentChannel
    attempt_reference: str
    attempt_created_at: datetime
    channel_reference: str
    """The channel's own reference of the money."""
    paid_vnd: int
    amount_vnd: int
    dossier_code: str
    by: str
    sent_at: datetime
    earlier_references: frozenset[str]
    """References of other refunds of the same money: none of them is this one."""

    @property
    def is_whole(self) -> bool:
        """Tell whether all of the money goes back at once."""
        return self.amount_vnd == self.paid_vnd


@dataclass(frozen=True)
class PaidBack:
    """The channel gave the money back; ``reference`` is its own."""

    reference: str


@dataclass(frozen=True)
class NotPaidBack:
    """The channel refuses, for good; ``code`` is its own."""

    code: str


@dataclass(frozen=True)
class Undecided:
    """The channel does not know yet, or does not answer: never a failure."""


@dataclass(frozen=True)
class NeverAsked:
    """The channel has never heard of this refund: it is sent again, with the same key."""


Outcome = PaidBack | NotPaidBack | Undecided | NeverAsked


def key_of(refund_id: UUID, round_: int) -> UUID:
    """Return the idempotency key of a round: the row's id first, then one derived from it."""
    return refund_id if round_ == 1 else uuid5(refund_id, str(round_))


def ask_again(calls: int, *, now: datetime) -> datetime | None:
    """Return when to call again after ``calls`` calls without a final answer; None: no more."""
    return now + ASK_PAUSES[calls - 1] if calls <= len(ASK_PAUSES) else None


def refundable(payable: Payable, taken: Mapping[UUID, int]) -> Sequence[tuple[Line, int]]:
    """Return each line with what can still go back; ``taken``: went back, or is on its way."""
    return [(line, line.amount_vnd - taken.get(line.line_id, 0)) for line in payable.lines]


def spread(
    wanted: Mapping[UUID, int], lines: Sequence[Line], monies: Sequence[tuple[UUID, int]]
) -> Sequence[tuple[UUID, tuple[RefundedLine, ...]]]:
    """Return which money gives back how much of which line; ``monies``: id and what it can give.

    Money of one payment may have come by several channels, and goes back the way it came.
    """
    rest = {line.line_id: wanted.get(line.line_id, 0) for line in lines}
    parts: list[tuple[UUID, tuple[RefundedLine, ...]]] = []
    for money_id, can_give in monies:
        left = can_give
        mine: list[RefundedLine] = []
        for line in lines:
            part = min(rest[line.line_id], left)
            if part > 0:
                mine.append(RefundedLine(line_id=line.line_id, kind=line.kind, amount_vnd=part))
                rest[line.line_id] -= part
                left -= part
        if mine:
            parts.append((money_id, tuple(mine)))
    return parts


_WHY: Final = {
    WithdrawalReason.REFUSED: RefundReason.NOT_ACCEPTED,
    WithdrawalReason.WITHDRAWN: RefundReason.WITHDRAWN,
    WithdrawalReason.STOPPED: RefundReason.STOPPED,
    WithdrawalReason.PAID_ELSEWHERE: RefundReason.ASSESSED_LESS,
}


def refund_reason(reason: WithdrawalReason) -> RefundReason:
    """Return what the law calls it where money goes back because an assessment ended."""
    return _WHY[reason]

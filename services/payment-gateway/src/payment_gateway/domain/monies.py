"""Money that arrived (tiền đã nhận): recorded first, then judged against what is due."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum, auto
from typing import Final
from uuid import UUID

from payment_gateway.domain import payables
from payment_gateway.domain.payables import ENDED_UNPAID, Payable
from shared.contracts.money import RefundReason
from shared.contracts.parts import Payee, PaymentChannel
from shared.contracts.payment import UnmatchedKind
from shared.lifecycle import Lifecycle, Step

_PLAIN_REFERENCE: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Status(StrEnum):
    """Whether a money has found what it pays for."""

    MATCHED = "matched"
    UNMATCHED = "unmatched"
    """A part of it settles nothing."""
    REFUNDING = "refunding"
    REFUNDED = "refunded"


class Trigger(StrEnum):
    """What moves a money on."""

    MATCH = "match"
    REFUND = "refund"
    REFUND_SETTLED = "refund_settled"
    """All of it went back."""
    REST_MATCHED = "rest_matched"
    """A part went back; all the rest settles something."""
    REST_UNMATCHED = "rest_unmatched"


LIFECYCLE: Final = Lifecycle(
    initial=Status.UNMATCHED,
    steps=(
        Step(Status.UNMATCHED, Trigger.MATCH, Status.MATCHED),
        Step(Status.UNMATCHED, Trigger.REFUND, Status.REFUNDING),
        Step(Status.MATCHED, Trigger.REFUND, Status.REFUNDING),
        Step(Status.REFUNDING, Trigger.REFUND_SETTLED, Status.REFUNDED),
        Step(Status.REFUNDING, Trigger.REST_MATCHED, Status.MATCHED),
        Step(Status.REFUNDING, Trigger.REST_UNMATCHED, Status.UNMATCHED),
        # A refused refund stays open (sent again, or paid by hand), and its money with it.
    ),
)


@dataclass(frozen=True)
class CreditedAccount:
    """An account as a bank names it."""

    bin: str
    number: str

    def is_that_of(self, payee: Payee) -> bool:
        """Tell whether it is the account of ``payee``."""
        return (self.bin, self.number) == (payee.account.bin, payee.account.number)


@dataclass(frozen=True)
class Credit:
    """A channel says that money came (báo có), genuinely; nothing of it is trusted but the fact."""

    channel: PaymentChannel
    reference: str
    """Our reference of the attempt, as the channel repeats it."""
    channel_reference: str
    """The channel's own; with the channel it is the natural key of the money."""
    amount_vnd: int
    bank_code: str | None
    booked_at: datetime | None
    """When its bank booked it; None where the channel does not say."""
    agency_code: str
    """Owner of the merchant account: money that nobody knows is its to sort out."""
    is_ours: bool
    """It names us as the partner."""
    raw: bytes
    bank_name: str | None = None
    """The short name of the bank, where our list knows its code."""
    names_payable: bool = False
    """``reference`` is the payable's own, as a payer types it; the attempt is found from it."""
    account: CreditedAccount | None = None
    """The account that the money reached, where the channel says so."""
    till_id: UUID | None = None
    """The drawer that cash lies in."""


@dataclass(frozen=True)
class Failure:
    """A channel says that no money came by an attempt; ``code`` is its own."""

    channel: PaymentChannel
    reference: str
    code: str


@dataclass(frozen=True)
class Verdict:
    """What becomes of a money: how much settles the payable, and what is left over."""

    applied_vnd: int
    unmatched_vnd: int
    problem: UnmatchedKind | None = None
    trigger: payables.Trigger | None = None
    completes: bool = False
    """Σ applied = due: what was held before counts too."""

    @property
    def refund_reason(self) -> RefundReason | None:
        """Return why a refund is proposed by rule; None where a person, or the rest, decides."""
        return _REFUNDED_BY_RULE.get(self.problem) if self.problem is not None else None


_REFUNDED_BY_RULE: Final = {
    UnmatchedKind.OVER: RefundReason.OVER,
    UnmatchedKind.DUPLICATE: RefundReason.DUPLICATE,
    UnmatchedKind.LATE: RefundReason.LATE,
}


def judge(payable: Payable | None, credit: Credit) -> Verdict:
    """Decide what ``credit`` settles; money that arrived is never refused (domain.md 7.6).

    ``payable`` is the locked payable of the attempt that the channel names, None if we know none.
    """
    whole = credit.amount_vnd
    if not credit.is_ours:
        return Verdict(0, whole, UnmatchedKind.WRONG_PAYEE)
    if payable is None:
        return Verdict(0, whole, UnmatchedKind.UNKNOWN)
    if credit.account is not None and not credit.account.is_that_of(payable.payee):
        return Verdict(0, whole, UnmatchedKind.WRONG_PAYEE)
    if not payable.takes_money:
        ended = payable.status in ENDED_UNPAID
        return Verdict(0, whole, UnmatchedKind.LATE if ended else UnmatchedKind.DUPLICATE)
    missing = payable.remaining_vnd
    if whole < missing:
        part = payables.Trigger.PART_RECEIVED
        return Verdict(0, whole, UnmatchedKind.SHORT, part)
    over = UnmatchedKind.OVER if whole > missing else None
    complete = payables.Trigger.SUM_COMPLETE
    return Verdict(missing, whole - missing, over, complete, completes=True)


def channel_reference(text: str) -> str:
    """Return a counterpart's reference as facts may carry it, else its SHA-256 (events.md)."""
    if _PLAIN_REFERENCE.fullmatch(text):
        return text
    return hashlib.sha256(text.encode()).hexdigest()


def after_refund(applied_vnd: int, unmatched_vnd: int) -> Trigger:
    """Return what the end of a refund means for its money, of which these parts are left."""
    if unmatched_vnd:
        return Trigger.REST_UNMATCHED
    return Trigger.REST_MATCHED if applied_vnd else Trigger.REFUND_SETTLED


@dataclass(frozen=True)
class Recorded:
    """What came of a credit."""

    money_id: UUID | None
    """None where the channel repeated itself."""
    problem: UnmatchedKind | None
    fits_attempt: bool
    """Its amount is the attempt's; so it is where we know no attempt."""


class Noted(Enum):
    """What came of a failure."""

    CHANGED = auto()
    UNCHANGED = auto()
    """Told before, or after a success: nothing changed."""
    UNKNOWN = auto()
    """We know no such attempt."""

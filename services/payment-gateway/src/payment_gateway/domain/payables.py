"""The payable (khoản phải thu): what one dossier owes, its states, and the public's words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.contracts.fee import WithdrawalReason
from shared.contracts.parts import Context, FeeKind, Line, Payee
from shared.contracts.payment import CloseReason
from shared.lifecycle import Lifecycle, Step


class Status(StrEnum):
    """Where a payable stands; a debt does not expire."""

    OPEN = "open"
    ON_HOLD = "on_hold"
    """Money came, but not enough (``short``), or its owner disputes it (``disputed``)."""
    SETTLED = "settled"
    CLOSED = "closed"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    REVERSED = "reversed"


class HoldReason(StrEnum):
    """Why a payable is on hold; only ``short`` takes more money."""

    SHORT = "short"
    DISPUTED = "disputed"


class Trigger(StrEnum):
    """What moves a payable on."""

    SUM_COMPLETE = "sum_complete"
    """Σ applied = due."""
    PART_RECEIVED = "part_received"
    HOLD = "hold"
    RELEASE = "release"
    CLOSE = "close"
    """lephi.fee says that nothing is due any more."""
    REFUND_PART = "refund_part"
    REFUND_ALL = "refund_all"
    DISPUTE = "dispute"
    DISPUTE_WON = "dispute_won"
    REVERSE = "reverse"


LIFECYCLE: Final = Lifecycle(
    initial=Status.OPEN,
    steps=(
        Step(Status.OPEN, Trigger.SUM_COMPLETE, Status.SETTLED),
        Step(Status.OPEN, Trigger.PART_RECEIVED, Status.ON_HOLD),
        Step(Status.OPEN, Trigger.HOLD, Status.ON_HOLD),
        Step(Status.OPEN, Trigger.CLOSE, Status.CLOSED),
        Step(Status.ON_HOLD, Trigger.SUM_COMPLETE, Status.SETTLED),
        Step(Status.ON_HOLD, Trigger.PART_RECEIVED, Status.ON_HOLD),
        Step(Status.ON_HOLD, Trigger.RELEASE, Status.OPEN),
        Step(Status.ON_HOLD, Trigger.CLOSE, Status.CLOSED),
        Step(Status.SETTLED, Trigger.REFUND_PART, Status.PARTLY_REFUNDED),
        Step(Status.SETTLED, Trigger.REFUND_ALL, Status.REFUNDED),
        Step(Status.PARTLY_REFUNDED, Trigger.REFUND_PART, Status.PARTLY_REFUNDED),
        Step(Status.PARTLY_REFUNDED, Trigger.REFUND_ALL, Status.REFUNDED),
        Step(Status.SETTLED, Trigger.DISPUTE, Status.DISPUTED),
        Step(Status.DISPUTED, Trigger.DISPUTE_WON, Status.SETTLED),
        Step(Status.DISPUTED, Trigger.REVERSE, Status.REVERSED),
        # No step leads out of CLOSED: money that comes later is MoneyUnmatched and refunded.
    ),
)

TAKES_MONEY: Final = tuple(s for s in Status if LIFECYCLE.allows(s, Trigger.SUM_COMPLETE))
"""States in which a payable can still be paid; one payable of a dossier at most is in them."""

ENDED_UNPAID: Final = (Status.CLOSED, Status.REVERSED)


class PublicStatus(StrEnum):
    """What the public reads (surface.md)."""

    AWAITING_FEE = "awaiting_fee"
    EXEMPT = "exempt"
    AWAITING_PAYMENT = "awaiting_payment"
    ON_HOLD = "on_hold"
    PAID = "paid"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"


PUBLIC: Final = {
    Status.OPEN: PublicStatus.AWAITING_PAYMENT,
    Status.ON_HOLD: PublicStatus.ON_HOLD,
    Status.DISPUTED: PublicStatus.ON_HOLD,
    Status.SETTLED: PublicStatus.PAID,
    Status.PARTLY_REFUNDED: PublicStatus.PAID,
    Status.REFUNDED: PublicStatus.REFUNDED,
    Status.CLOSED: PublicStatus.CANCELLED,
    Status.REVERSED: PublicStatus.CANCELLED,
}


@dataclass(frozen=True)
class Payable:
    """One payable as it stands."""

    id: UUID
    dossier_code: str
    supplement_no: int
    reference: str
    assessment_id: UUID
    version: int
    status: Status
    hold_reason: HoldReason | None
    amount_vnd: int
    applied_vnd: int
    held_vnd: int
    """Money that came short and waits for the rest; it settles nothing yet."""
    context: Context
    payee: Payee
    lines: tuple[Line, ...]
    opened_at: datetime
    settled_at: datetime | None

    @property
    def paid_vnd(self) -> int:
        """Return what the payer has already paid towards it."""
        return self.applied_vnd + self.held_vnd

    @property
    def remaining_vnd(self) -> int:
        """Return what is still due; 0 where nothing more is asked for."""
        return self.amount_vnd - self.paid_vnd if self.takes_money else 0

    @property
    def takes_money(self) -> bool:
        """Tell whether it can be paid now."""
        return self.status in TAKES_MONEY and self.hold_reason is not HoldReason.DISPUTED

    @property
    def is_paid(self) -> bool:
        """Tell whether the public reads "paid"."""
        return PUBLIC[self.status] is PublicStatus.PAID

    @property
    def public_status(self) -> PublicStatus:
        """Return the word that the public reads."""
        return PUBLIC[self.status]


@dataclass(frozen=True)
class Assessment:
    """What lephi.fee said is due, by version."""

    id: UUID
    version: int
    dossier_code: str
    context: Context
    payee: Payee
    lines: tuple[Line, ...]
    """Only the lines that are due; exempt ones are left out."""
    amount_vnd: int


class Plan(StrEnum):
    """What an assessment asks of the payables of its dossier."""

    OPEN = "open"
    AMEND = "amend"
    REASSESS_PAID = "reassess_paid"
    """It was paid already: a person decides (CaseOpened), nothing is asked for again."""
    NOTHING = "nothing"
    """We heard this version, or a later one, before."""


def plan(newest: Payable | None, assessment: Assessment) -> Plan:
    """Decide what ``assessment`` asks, seen from the dossier's newest payable.

    One payable per dossier lives through re-assessments; only one that ended lets another open.
    Versions grow through all assessments of a dossier.
    """
    if newest is None:
        return Plan.OPEN
    if assessment.version <= newest.version:
        return Plan.NOTHING
    if newest.status in TAKES_MONEY:
        return Plan.AMEND
    if PUBLIC[newest.status] in {PublicStatus.PAID, PublicStatus.ON_HOLD}:
        return Plan.REASSESS_PAID
    return Plan.OPEN


def after_refund(payable: Payable, amount_vnd: int) -> Status:
    """Return where a payable stands once ``amount_vnd`` of it went back.

    One that is disputed meanwhile stays so: the money went back all the same.
    """
    rest = payable.applied_vnd - amount_vnd
    trigger = Trigger.REFUND_PART if rest else Trigger.REFUND_ALL
    if not LIFECYCLE.allows(payable.status, trigger):
        return payable.status
    return LIFECYCLE.next(payable.status, trigger)


def after_dispute(payable: Payable) -> Status:
    """Return where a disputed payable stands once its bank gave way; a part may have gone back."""
    status = LIFECYCLE.next(payable.status, Trigger.DISPUTE_WON)
    is_whole = payable.applied_vnd == payable.amount_vnd
    return status if is_whole else LIFECYCLE.next(status, Trigger.REFUND_PART)


_CLOSE_REASONS: Final = {
    WithdrawalReason.REFUSED: CloseReason.WITHDRAWN,
    WithdrawalReason.WITHDRAWN: CloseReason.WITHDRAWN,
    WithdrawalReason.STOPPED: CloseReason.WITHDRAWN,
    WithdrawalReason.PAID_ELSEWHERE: CloseReason.PAID_ELSEWHERE,
}


def close_reason(reason: WithdrawalReason) -> CloseReason:
    """Return how lephi.payment says why a payable ends unpaid."""
    return _CLOSE_REASONS[reason]


def shown(payables: Sequence[Payable]) -> Payable | None:
    """Return the payable of a dossier that people see: the open one, else one that was paid."""
    ordered = sorted(payables, key=lambda each: each.supplement_no)
    takers = [each for each in ordered if each.status in TAKES_MONEY]
    living = [each for each in ordered if each.status not in ENDED_UNPAID]
    return next(reversed(takers or living or ordered), None)


class FeeWord(StrEnum):
    """What lephi.fee last said of a dossier, as far as the public status needs it."""

    PENDING = "pending"
    ASSESSED = "assessed"
    EXEMPTED = "exempted"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class FeeState:
    """What lephi.fee last said of a dossier, as the public may read it."""

    word: FeeWord
    procedure_name: str
    agency_name: str
    items: tuple[tuple[FeeKind, str, int], ...]
    """Kind, name and amount in đồng of each line."""


_WORDS: Final = {
    FeeWord.PENDING: PublicStatus.AWAITING_FEE,
    FeeWord.ASSESSED: PublicStatus.AWAITING_FEE,
    FeeWord.EXEMPTED: PublicStatus.EXEMPT,
}
"""ASSESSED without a payable: its PaymentRequested is on the way."""


def public_status(payable: Payable | None, word: FeeWord | None) -> PublicStatus | None:
    """Return the public word for a dossier; None if nothing was ever due or decided.

    A payable that is open, or was paid, speaks for itself; otherwise what lephi.fee last said.
    """
    if payable is not None and payable.public_status is not PublicStatus.CANCELLED:
        return payable.public_status
    said = _WORDS.get(word) if word is not None else None
    if payable is None:
        return said
    ended = word in {None, FeeWord.WITHDRAWN, FeeWord.ASSESSED}
    return PublicStatus.CANCELLED if ended or said is None else said

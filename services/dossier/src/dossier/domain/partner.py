"""What we tell the province, its answers, and when an answer is overdue."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from shared.contracts.dossier import LateLevel, PartnerAnswer, PartnerFactType
from shared.errors import DomainError, Kind
from shared.lifecycle import Lifecycle, Step

PROVINCE: Final = "tthc"
"""Code of the one partner that is heard and told through Kafka: the province's TTHC system."""

PARTNERS: Final = (PROVINCE,)


class FactState(StrEnum):
    """Where a fact for the province stands."""

    SENT = "sent"
    LATE = "late"
    """Not answered within 15 minutes: on the operator's board."""
    ESCALATED = "escalated"
    """Not answered within 24 hours."""
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    """Answered ``loi``: on the officer's and the operator's list, with its reason."""


class FactTrigger(StrEnum):
    """What moves a fact: an answer, time, or an operator."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    GROW_LATE = "grow_late"
    ESCALATE = "escalate"
    SEND_AGAIN = "send_again"


UNANSWERED: Final = (FactState.SENT, FactState.LATE, FactState.ESCALATED)

FACT_LIFECYCLE: Final = Lifecycle(
    initial=FactState.SENT,
    steps=(
        Step(FactState.SENT, FactTrigger.GROW_LATE, FactState.LATE),
        Step(FactState.LATE, FactTrigger.ESCALATE, FactState.ESCALATED),
        *(Step(state, FactTrigger.ACCEPT, FactState.ACKNOWLEDGED) for state in UNANSWERED),
        *(Step(state, FactTrigger.REFUSE, FactState.REFUSED) for state in UNANSWERED),
        Step(FactState.REFUSED, FactTrigger.ACCEPT, FactState.ACKNOWLEDGED),
        # By an answer no step leads out of ACKNOWLEDGED: a late refusal undoes no success.
        *(Step(state, FactTrigger.SEND_AGAIN, FactState.SENT) for state in FactState),
    ),
)

TRIGGER_OF_ANSWER: Final = {
    PartnerAnswer.OK: FactTrigger.ACCEPT,
    PartnerAnswer.ERROR: FactTrigger.REFUSE,
}


@dataclass(frozen=True)
class Patience:
    """How long the province may take to answer (contracts: ``tthc.ack``)."""

    late: timedelta = timedelta(minutes=15)
    escalated: timedelta = timedelta(hours=24)


@dataclass(frozen=True)
class Overdue:
    """The next level of a fact that nobody answered."""

    trigger: FactTrigger
    level: LateLevel
    next_after: timedelta | None
    """When the level behind it begins, since the fact was sent; None: it is the last one."""


def overdue_of(state: FactState, patience: Patience) -> Overdue:
    """Return what happens when a fact in ``state`` has waited for its time."""
    if FACT_LIFECYCLE.allows(state, FactTrigger.GROW_LATE):
        return Overdue(FactTrigger.GROW_LATE, LateLevel.LATE, patience.escalated)
    return Overdue(FactTrigger.ESCALATE, LateLevel.ESCALATED, None)


COUNTS_AS_PAID: Final = PartnerFactType.PAID
"""The facts whose number and sum both sides compare by day."""


@dataclass(frozen=True)
class Answer:
    """The province's answer to one of our facts."""

    result: PartnerAnswer
    reason_code: str | None
    reason_text: str | None


class UnknownFactError(DomainError):
    """The province answers a fact that we did not send."""

    kind = Kind.NOT_FOUND
    code = "fact-unknown"
    title = "Không có tin nào mang mã này"


class FactGoneError(DomainError):
    """The bytes of the fact are not kept any more, so that it cannot be sent again."""

    kind = Kind.GONE
    code = "fact-gone"
    title = "Tin này không còn lưu để gửi lại"


class ReceiptUnknownError(DomainError):
    """The receipt's number has not been heard yet; its file must wait for it."""

    kind = Kind.WAITING
    code = "receipt-unknown"
    title = "Chưa nghe thấy biên lai này"


class UnknownPartnerError(DomainError):
    """There is no such partner."""

    kind = Kind.NOT_FOUND
    code = "partner-unknown"
    title = "Không có đối tác này"

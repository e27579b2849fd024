"""What we tell the province, and its answers."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from shared.contracts.dossier import PartnerAnswer
from shared.errors import DomainError, Kind
from shared.lifecycle import Lifecycle, Step


class FactState(StrEnum):
    """Where a fact for the province stands."""

    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    """Answered ``loi``: on the officer's and the operator's list, with its reason."""


class AnswerTrigger(StrEnum):
    """The province's answer."""

    ACCEPT = "accept"
    REFUSE = "refuse"


FACT_LIFECYCLE: Final = Lifecycle(
    initial=FactState.SENT,
    steps=(
        Step(FactState.SENT, AnswerTrigger.ACCEPT, FactState.ACKNOWLEDGED),
        Step(FactState.SENT, AnswerTrigger.REFUSE, FactState.REFUSED),
        Step(FactState.REFUSED, AnswerTrigger.ACCEPT, FactState.ACKNOWLEDGED),
        # No step leads out of ACKNOWLEDGED: a late refusal undoes no success.
    ),
)

TRIGGER_OF_ANSWER: Final = {
    PartnerAnswer.OK: AnswerTrigger.ACCEPT,
    PartnerAnswer.ERROR: AnswerTrigger.REFUSE,
}


@dataclass(frozen=True)
class PartnerDay:
    """The province's own counts of a day, for the proof."""

    day_on: date
    dossier_count: int
    paid_count: int
    paid_vnd: int
    dossier_codes: list[str]


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


class ReceiptUnknownError(DomainError):
    """The receipt's number has not been heard yet; its file must wait for it."""

    kind = Kind.WAITING
    code = "receipt-unknown"
    title = "Chưa nghe thấy biên lai này"

"""Money that a partner has given back to its payer, as the bank sees it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mock_bank.domain.payments import Channel
from shared.errors import DomainError, Kind


class RefundState(StrEnum):
    """What the bank decided; it decides once, and at once."""

    PAID_BACK = "paid_back"
    REFUSED = "refused"


@dataclass(frozen=True)
class RefundWanted:
    """What a partner asks for; the payment by the partner's reference, or by the bank's number."""

    channel: Channel
    partner: str
    key: str
    """The partner's own name of the refund: the same one again is the same refund."""
    amount_vnd: int
    reference: str = ""
    number: str = ""


@dataclass(frozen=True)
class GivenBack:
    """A refund, and the payment that it is of."""

    key: str
    number: str
    """The bank's own."""
    amount_vnd: int
    state: RefundState
    is_whole: bool
    at: datetime


class RefundKnownError(DomainError):
    """The partner's key stands for a refund already."""

    kind = Kind.CONFLICT
    code = "refund-known"
    title = "Mã hoàn tiền đã được dùng"


class RefundNotFoundError(DomainError):
    """The bank has never heard of this refund."""

    kind = Kind.NOT_FOUND
    code = "bank-refund-not-found"
    title = "Ngân hàng thử không có lệnh hoàn tiền này"


def refund_number(ordinal: int) -> str:
    """Return the bank's own number of a refund: digits, as the wallets write it."""
    return f"9{ordinal:011d}"

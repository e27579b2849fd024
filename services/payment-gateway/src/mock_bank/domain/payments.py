"""A payment as the bank sees it: its states, and what QUERY says of each."""

import hashlib
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.errors import DomainError, Kind
from shared.lifecycle import Lifecycle, Step

BALANCE_VND: Final = 50_000_000
"""What every payer's made-up account holds; paying does not use it up."""

MAX_WRONG_CODES: Final = 3
"""After so many wrong one-time codes the bank refuses the payment."""


LIFE: Final = timedelta(minutes=15)
"""How long a payment's page can be used after INIT."""


class Channel(StrEnum):
    """The protocols that the mock bank speaks; the name is also the last part of our callback."""

    NPSP = "npsp"
    """National payment platform (Nền tảng thanh toán trực tuyến)."""
    VIETQR = "vietqr"
    """A bank transfer; the bank's feed tells of it."""
    VNPAY = "vnpay"
    MOMO = "momo"
    ZALOPAY = "zalopay"


class Status(StrEnum):
    """Where the payer stands on the bank's page."""

    CREATED = "created"
    """The platform gave us the payment's address; nobody has logged in yet."""
    SIGNED_IN = "signed_in"
    CONFIRMING = "confirming"
    """The one-time code (OTP) was sent; the bank waits for it."""
    APPROVED = "approved"
    DECLINED = "declined"
    ABANDONED = "abandoned"
    """The payer closed the page. Nothing is known until they come back or time runs out."""
    EXPIRED = "expired"


class Trigger(StrEnum):
    """What moves a payment on."""

    SIGN_IN = "sign_in"
    SEND_CODE = "send_code"
    APPROVE = "approve"
    DECLINE = "decline"
    ABANDON = "abandon"
    EXPIRE = "expire"


_OPEN: Final = (Status.CREATED, Status.SIGNED_IN, Status.CONFIRMING, Status.ABANDONED)

LIFECYCLE: Final = Lifecycle(
    initial=Status.CREATED,
    steps=(
        Step(Status.CREATED, Trigger.SIGN_IN, Status.SIGNED_IN),
        Step(Status.ABANDONED, Trigger.SIGN_IN, Status.SIGNED_IN),
        Step(Status.SIGNED_IN, Trigger.SEND_CODE, Status.CONFIRMING),
        *(Step(source, Trigger.APPROVE, Status.APPROVED) for source in _OPEN),
        *(Step(source, Trigger.DECLINE, Status.DECLINED) for source in _OPEN),
        *(Step(source, Trigger.EXPIRE, Status.EXPIRED) for source in _OPEN),
        Step(Status.CREATED, Trigger.ABANDON, Status.ABANDONED),
        Step(Status.SIGNED_IN, Trigger.ABANDON, Status.ABANDONED),
        Step(Status.CONFIRMING, Trigger.ABANDON, Status.ABANDONED),
        # No step leads out of APPROVED, DECLINED and EXPIRED: the bank decides once.
    ),
)


class TransactionState(StrEnum):
    """QUERY's TrangThaiGD (domain.md 7.3); 2 is not known to anybody."""

    SUCCESS = "1"
    NOT_KNOWN_YET = "3"
    FAILED = "4"


_TRANSACTION_STATES: Final = {
    Status.CREATED: TransactionState.NOT_KNOWN_YET,
    Status.SIGNED_IN: TransactionState.NOT_KNOWN_YET,
    Status.CONFIRMING: TransactionState.NOT_KNOWN_YET,
    Status.ABANDONED: TransactionState.NOT_KNOWN_YET,
    Status.APPROVED: TransactionState.SUCCESS,
    Status.DECLINED: TransactionState.FAILED,
    Status.EXPIRED: TransactionState.FAILED,
}


def transaction_state(status: Status) -> TransactionState:
    """Return what QUERY answers for ``status``: 3 is never a failure."""
    return _TRANSACTION_STATES[status]


def may_sign_in(status: Status) -> bool:
    """Tell whether the bank's page still begins with logging in, or with choosing a bank."""
    return LIFECYCLE.allows(status, Trigger.SIGN_IN)


def one_time_code(payment_id: UUID) -> str:
    """Return the six digits that the bank "sends" for this payment; the page shows them."""
    return f"{int.from_bytes(hashlib.sha256(payment_id.bytes).digest()[:4]) % 10**6:06d}"


def transaction_code(ordinal: int, day: date) -> str:
    """Return the bank's own number of a payment (MaGiaoDich), for example ``GD261122000007``."""
    return f"GD{day:%y%m%d}{ordinal:06d}"


def is_covered(amount_vnd: int) -> bool:
    """Tell whether the made-up account can pay ``amount_vnd``."""
    return amount_vnd <= BALANCE_VND


class PaymentNotFoundError(DomainError):
    """The bank knows no such payment."""

    kind = Kind.NOT_FOUND
    code = "bank-payment-not-found"
    title = "Ngân hàng thử không có giao dịch này"


class WrongCodeError(DomainError):
    """The one-time code is not the one that was sent."""

    kind = Kind.INVALID
    code = "one-time-code-wrong"
    title = "Mã OTP chưa đúng"


class NotCoveredError(DomainError):
    """The account holds less than the amount."""

    kind = Kind.CONFLICT
    code = "balance-too-low"
    title = "Số dư không đủ"


class ReferenceTakenError(DomainError):
    """The partner's reference already stands for another amount."""

    kind = Kind.CONFLICT
    code = "reference-taken"
    title = "Mã tham chiếu đã dùng cho giao dịch khác"

"""Messages to people (thông báo): what is told, how often it is tried, and when it is given up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.contracts.money import RefundReason
from shared.contracts.parts import FeeKind, PaymentChannel
from shared.contracts.receipt import PrintedField
from shared.errors import DomainError, Kind
from shared.lifecycle import Lifecycle, Step

TOO_OLD: Final = timedelta(hours=48)
"""A fact older than this is recorded, not told: a reader that starts anew writes to nobody."""
WAIT_FOR_FILE: Final = timedelta(minutes=10)
"""The link is sent when the receipt's file is there, and at the latest after this."""
PAUSES: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=8),
    timedelta(hours=12),
    timedelta(hours=24),
)
"""Pauses between tries; after the last one the message is given up."""
LEASE: Final = timedelta(minutes=2)
"""How long a try may take before another worker takes the message; longer than the call's limit."""


class Template(StrEnum):
    """What a message says."""

    RECEIPT_ISSUED = "receipt_issued"
    REFUND_SETTLED = "refund_settled"
    ERROR_NOTICED = "error_noticed"


class Status(StrEnum):
    """Where a message stands."""

    WAITING = "waiting"
    """For an address: the receipt was known before the person."""
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    """Given up; a person may send it again."""
    NO_ADDRESS = "no_address"
    SKIPPED_OLD = "skipped_old"


class Trigger(StrEnum):
    """What happens to a message."""

    ADDRESS_KNOWN = "address_known"
    NONE_GIVEN = "none_given"
    ADDRESS_FORGOTTEN = "address_forgotten"
    TIME_IS_UP = "time_is_up"
    TOO_OLD = "too_old"
    DELIVERED = "delivered"
    TRY_FAILED = "try_failed"
    GIVEN_UP = "given_up"
    SENT_AGAIN = "sent_again"


LIFECYCLE: Final = Lifecycle(
    initial=Status.WAITING,
    steps=(
        Step(Status.WAITING, Trigger.ADDRESS_KNOWN, Status.QUEUED),
        Step(Status.WAITING, Trigger.NONE_GIVEN, Status.NO_ADDRESS),
        Step(Status.WAITING, Trigger.TIME_IS_UP, Status.NO_ADDRESS),
        Step(Status.WAITING, Trigger.ADDRESS_FORGOTTEN, Status.NO_ADDRESS),
        Step(Status.WAITING, Trigger.TOO_OLD, Status.SKIPPED_OLD),
        Step(Status.NO_ADDRESS, Trigger.ADDRESS_KNOWN, Status.QUEUED),
        Step(Status.QUEUED, Trigger.ADDRESS_FORGOTTEN, Status.NO_ADDRESS),
        Step(Status.QUEUED, Trigger.TRY_FAILED, Status.QUEUED),
        Step(Status.QUEUED, Trigger.GIVEN_UP, Status.FAILED),
        Step(Status.QUEUED, Trigger.DELIVERED, Status.SENT),
        # The answer of a try may come when the message was given up meanwhile: it was sent.
        Step(Status.FAILED, Trigger.DELIVERED, Status.SENT),
        Step(Status.NO_ADDRESS, Trigger.DELIVERED, Status.SENT),
        Step(Status.FAILED, Trigger.ADDRESS_FORGOTTEN, Status.NO_ADDRESS),
        Step(Status.FAILED, Trigger.SENT_AGAIN, Status.QUEUED),
        Step(Status.SKIPPED_OLD, Trigger.SENT_AGAIN, Status.QUEUED),
        # No step leads out of SENT: a late failure changes nothing.
    ),
)


class NotDeliveredError(DomainError):
    """The mail server could not be asked, or did not take the letter; a later try may help."""

    kind = Kind.UNAVAILABLE
    code = "mail-not-delivered"
    title = "Chưa gửi được thư"

    def __init__(self, error_code: str, *, is_final: bool = False) -> None:
        super().__init__(error_code)
        self.error_code = error_code
        self.is_final = is_final
        """No try will help: the server refused the letter itself."""


class MessageNotFoundError(DomainError):
    """There is no such message, or it belongs to another agency."""

    kind = Kind.NOT_FOUND
    code = "message-not-found"
    title = "Không tìm thấy thông báo này"

    def __init__(self) -> None:
        super().__init__("no such message")


@dataclass(frozen=True)
class ReceiptNotice:
    """What a message about a receipt says; copied from the fact, never looked up."""

    receipt_id: UUID
    kind: FeeKind
    procedure_name: str
    agency_name: str
    agency_phone: str | None
    form_symbol: str
    serial_symbol: str
    number: int
    total_vnd: int
    paid_at: datetime
    check_url: str
    is_replacement: bool = False


@dataclass(frozen=True)
class RefundNotice:
    """What a message about money that went back says; copied from the fact, never looked up."""

    refund_id: UUID
    amount_vnd: int
    reason_code: RefundReason
    channel: PaymentChannel | None
    """Who gave it back; None where the unit paid by transfer."""
    channel_reference: str
    procedure_name: str
    agency_name: str
    agency_phone: str | None
    settled_at: datetime


@dataclass(frozen=True)
class ErrorNotice:
    """What a message about a notice of error says; the corrections stand in the notice only."""

    notice_id: UUID
    receipt_id: UUID
    notice_number: int
    noticed_on: date
    fields: tuple[PrintedField, ...]
    kind: FeeKind
    procedure_name: str
    agency_name: str
    agency_phone: str | None
    form_symbol: str
    serial_symbol: str
    number: int


Notice = ReceiptNotice | RefundNotice | ErrorNotice
"""What a message says."""


@dataclass(frozen=True)
class Letter:
    """One message ready to leave; ``id`` becomes its Message-ID, also when it is sent twice."""

    id: UUID
    dossier_code: str
    template: Template
    notice: Notice
    address: str
    made_at: datetime


@dataclass(frozen=True)
class MessageFilter:
    """What a list of messages is narrowed by; newest first."""

    agencies: tuple[str, ...]
    dossier_code: str | None = None
    status: Status | None = None
    before: UUID | None = None
    """Id of the last row of the page before."""
    limit: int = 50


def is_too_old(happened_at: datetime, now: datetime) -> bool:
    """Tell whether a fact is too old to be told (48 hours)."""
    return now - happened_at > TOO_OLD


def next_try(attempts: int, now: datetime) -> datetime | None:
    """Return when to try again after ``attempts`` failed tries; None to give up."""
    return now + PAUSES[attempts - 1] if attempts <= len(PAUSES) else None


def mask(address: str) -> str:
    """Return ``address`` so that its owner knows it and nobody else can write to it."""
    name, _, host = address.partition("@")
    return f"{name[:1]}•••@{host}"


def deliverable(address: str | None) -> str | None:
    """Return ``address`` if a letter can be sent to it; None for what no mail server would take."""
    text = (address or "").strip()
    name, _, host = text.partition("@")
    is_plain = text.isascii() and text.isprintable() and not set(text) & set(' ,;:<>()[]\\"')
    return text if name and host and "@" not in host and is_plain else None


def allowed(statuses: Sequence[Status], trigger: Trigger) -> list[Status]:
    """Return those of ``statuses`` from which ``trigger`` leads on."""
    return [status for status in statuses if LIFECYCLE.allows(status, trigger)]

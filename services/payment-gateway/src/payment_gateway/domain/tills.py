"""The till (quỹ tiền mặt): one officer's cash drawer for a day, and the cash put into it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from payment_gateway.domain.attempts import Attempt
from payment_gateway.domain.payables import Payable
from shared.errors import DomainError, Kind
from shared.lifecycle import Lifecycle, Step


class Status(StrEnum):
    """Where a till stands."""

    OPEN = "open"
    """It takes cash."""
    CLOSED = "closed"
    """Counted; the cash waits to be handed over."""
    HANDED_OVER = "handed_over"
    """The accountant has the cash, as they counted it."""


class Trigger(StrEnum):
    """What moves a till on."""

    TAKE = "take"
    CLOSE = "close"
    HAND_OVER = "hand_over"


LIFECYCLE: Final = Lifecycle(
    initial=Status.OPEN,
    steps=(
        Step(Status.OPEN, Trigger.TAKE, Status.OPEN),
        Step(Status.OPEN, Trigger.CLOSE, Status.CLOSED),
        Step(Status.CLOSED, Trigger.HAND_OVER, Status.HANDED_OVER),
        # No step leads back: a wrong count is put right where the accountant counts again.
    ),
)


class TillNotFoundError(DomainError):
    """No such till, or one that this person may not see."""

    kind = Kind.NOT_FOUND
    code = "till-not-found"
    title = "Không tìm thấy quỹ này"


class VoucherNotFoundError(DomainError):
    """No such phiếu thu, or one that this person may not see."""

    kind = Kind.NOT_FOUND
    code = "voucher-not-found"
    title = "Không tìm thấy phiếu thu này"


class NoOpenTillError(DomainError):
    """Cash goes into a till, and this officer has none open."""

    kind = Kind.CONFLICT
    code = "no-open-till"
    title = "Chưa mở quỹ tiền mặt"


class TillOpenAlreadyError(DomainError):
    """One officer has one open till."""

    kind = Kind.CONFLICT
    code = "till-open-already"
    title = "Đã có một quỹ đang mở"


class OwnTillError(DomainError):
    """Whoever filled a till cannot confirm that its cash was handed over."""

    kind = Kind.FORBIDDEN
    code = "own-till"
    title = "Người giữ quỹ không tự xác nhận bàn giao quỹ của mình"


@dataclass(frozen=True)
class Till:
    """One till as it stands."""

    id: UUID
    agency_code: str
    agency_name: str
    officer_id: str
    officer_name: str
    status: Status
    opening_vnd: int
    taken_vnd: int
    takings: int
    """How often cash was put in."""
    opened_at: datetime
    closed_at: datetime | None
    counted_vnd: int | None
    counts: Mapping[int, int]
    """How many of each note; empty where only the total was counted."""
    note: str | None
    handed_at: datetime | None
    handed_vnd: int | None
    receiver_name: str | None
    hand_over_note: str | None
    correlation_id: UUID

    @property
    def expected_vnd(self) -> int:
        """Return what must lie in the drawer by the books."""
        return self.opening_vnd + self.taken_vnd

    @property
    def difference_vnd(self) -> int:
        """Return what was counted above (+) or below (-) the books."""
        return (self.counted_vnd or 0) - self.expected_vnd if self.counted_vnd is not None else 0

    @property
    def handed_difference_vnd(self) -> int:
        """Return what the accountant counted above (+) or below (-) the officer's count."""
        return self.handed_vnd - (self.counted_vnd or 0) if self.handed_vnd is not None else 0

    @property
    def counts_apart(self) -> Sequence[tuple[int, int, int, str | None]]:
        """Return each count that differed: by how much, from what, what was counted, and why."""
        counted, handed = self.counted_vnd or 0, self.handed_vnd or 0
        found = (
            (self.difference_vnd, self.expected_vnd, counted, self.note),
            (self.handed_difference_vnd, counted, handed, self.hand_over_note),
        )
        return [each for each in found if each[0]]

    @property
    def is_open(self) -> bool:
        """Tell whether it takes cash."""
        return LIFECYCLE.allows(self.status, Trigger.TAKE)

    @property
    def waits_for_hand_over(self) -> bool:
        """Tell whether its cash waits for the accountant."""
        return LIFECYCLE.allows(self.status, Trigger.HAND_OVER)

    @property
    def short_name(self) -> str:
        """Return what people call it on paper: the end of its id."""
        return self.id.hex[-6:].upper()


@dataclass(frozen=True)
class Holder:
    """The officer at the drawer; the name stays in our own database."""

    id: str
    name: str
    agency_code: str
    agency_name: str


@dataclass(frozen=True)
class TakenLine:
    """One line of a till's list: cash that was taken."""

    id: UUID
    number: int
    dossier_code: str
    amount_vnd: int
    given_vnd: int
    taken_at: datetime


@dataclass(frozen=True)
class Voucher:
    """A phiếu thu: cash that was taken for a payable. It is no receipt."""

    id: UUID
    till_id: UUID
    number: int
    """Counts the takings of one till, from 1."""
    amount_vnd: int
    given_vnd: int
    officer_id: str
    officer_name: str
    agency_code: str
    agency_name: str
    taken_at: datetime
    payable: Payable
    attempt: Attempt

    @property
    def change_vnd(self) -> int:
        """Return what was given back."""
        return self.given_vnd - self.amount_vnd

    @property
    def symbol(self) -> str:
        """Return what is printed as its number: the till's short name and the ordinal."""
        return f"{self.till_id.hex[-6:].upper()}-{self.number:03d}"

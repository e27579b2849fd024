"""What the bank tells the partner about a payment, and how faults change it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from mock_bank.domain.payments import Channel
from shared.errors import DomainError, Kind
from shared.lifecycle import Lifecycle, Step

PAUSES: Final = tuple(timedelta(seconds=seconds) for seconds in (1, 3, 10, 30, 120, 300, 300, 300))
"""Between tries of one callback; after the last one the bank gives up (QUERY still answers)."""

WRONG_BY_VND: Final = 1_000


class Fault(StrEnum):
    """What the bank does wrong on demand (surface.md); each is used up by one payment."""

    DUPLICATE = "duplicate"
    """The same callback twice."""
    LATE = "late"
    LOST = "lost"
    """No callback at all; only QUERY knows."""
    OUT_OF_ORDER = "out_of_order"
    """A failure that happened before the success is told after it."""
    WRONG_AMOUNT = "wrong_amount"
    """Another amount is debited and told, properly signed."""
    BAD_SIGNATURE = "bad_signature"
    FAILED_AFTER_SUCCESS = "failed_after_success"
    """A failure that happened after the success is told after it."""
    SLOW = "slow"
    """INIT or QUERY is done at once, but answered late."""
    REFUND_REFUSED = "refund_refused"
    """The next refund is refused, though the money is there."""
    STATEMENT_DIFFERS = "statement_differs"
    """``times`` payments stand otherwise in their day's settlement file, or not at all."""


DEFAULT_DELAYS: Final[Mapping[Fault, timedelta]] = {
    Fault.DUPLICATE: timedelta(0),
    Fault.LATE: timedelta(seconds=5),
    Fault.LOST: timedelta(0),
    Fault.OUT_OF_ORDER: timedelta(milliseconds=500),
    Fault.WRONG_AMOUNT: timedelta(0),
    Fault.BAD_SIGNATURE: timedelta(0),
    Fault.FAILED_AFTER_SUCCESS: timedelta(seconds=1),
    Fault.SLOW: timedelta(seconds=3),
    Fault.REFUND_REFUSED: timedelta(0),
    Fault.STATEMENT_DIFFERS: timedelta(0),
}
"""How long each fault waits where ``after_ms`` is not given."""


class Result(StrEnum):
    """A callback's MaLoi; only ``00`` is a success (domain.md 7.3)."""

    SUCCESS = "00"
    FAILED = "99"
    CANCELLED = "24"


class Delivery(StrEnum):
    """Where one callback stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"
    LOST = "lost"
    """Never to be sent, by the fault of that name."""


class Answer(StrEnum):
    """What came of one try."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    """Not the success answer, or none in time: it is due again."""
    EXHAUSTED = "exhausted"
    LOSE = "lose"


DELIVERY: Final = Lifecycle(
    initial=Delivery.WAITING,
    steps=(
        Step(Delivery.WAITING, Answer.ACCEPTED, Delivery.DELIVERED),
        Step(Delivery.WAITING, Answer.REFUSED, Delivery.WAITING),
        Step(Delivery.WAITING, Answer.EXHAUSTED, Delivery.GIVEN_UP),
        Step(Delivery.WAITING, Answer.LOSE, Delivery.LOST),
    ),
)


@dataclass(frozen=True)
class Telling:
    """One callback: what it says, and when it is sent (``due_at`` None: never)."""

    result: Result
    amount_vnd: int
    said_at: datetime
    due_at: datetime | None
    forged: bool = False


@dataclass(frozen=True)
class Told:
    """What a callback, an answer and a bill say about one payment."""

    partner: str
    reference: str
    amount_vnd: int
    bank_code: str
    description: str
    transaction_code: str
    said_at: datetime
    details: Mapping[str, str]


@dataclass(frozen=True)
class Due:
    """A callback to send now."""

    id: UUID
    channel: Channel
    result: Result
    told: Told
    forged: bool


def debited(amount_vnd: int, faults: Mapping[Fault, timedelta]) -> int:
    """Return what the bank really takes: not what was asked under ``wrong_amount``."""
    if Fault.WRONG_AMOUNT not in faults:
        return amount_vnd
    return amount_vnd - WRONG_BY_VND if amount_vnd > WRONG_BY_VND else amount_vnd + WRONG_BY_VND


def tell_success(
    amount_vnd: int, faults: Mapping[Fault, timedelta], *, now: datetime
) -> tuple[Telling, ...]:
    """Return the callbacks after the payer's tap on "confirm", all active faults applied."""
    due_at = now + faults.get(Fault.LATE, timedelta(0))
    success = Telling(Result.SUCCESS, debited(amount_vnd, faults), said_at=now, due_at=due_at)
    told = [success]
    if Fault.DUPLICATE in faults:
        told.append(replace(success, due_at=due_at + faults[Fault.DUPLICATE]))
    if Fault.OUT_OF_ORDER in faults:
        before = now - timedelta(seconds=30)
        later = due_at + faults[Fault.OUT_OF_ORDER]
        told.append(replace(success, result=Result.FAILED, said_at=before, due_at=later))
    if Fault.FAILED_AFTER_SUCCESS in faults:
        later = due_at + faults[Fault.FAILED_AFTER_SUCCESS]
        told.append(replace(success, result=Result.FAILED, said_at=later, due_at=later))
    return tuple(
        replace(
            telling,
            forged=Fault.BAD_SIGNATURE in faults,
            due_at=None if Fault.LOST in faults else telling.due_at,
        )
        for telling in told
    )


def tell_refusal(amount_vnd: int, *, now: datetime) -> tuple[Telling, ...]:
    """Return the callback after the payer, or the bank, refused."""
    return (Telling(Result.CANCELLED, amount_vnd, said_at=now, due_at=now),)


def answer_after(attempts: int) -> Answer:
    """Return what an unsuccessful try number ``attempts`` (from 1) means for the callback."""
    return Answer.REFUSED if attempts <= len(PAUSES) else Answer.EXHAUSTED


def due_again(attempts: int, *, now: datetime) -> datetime | None:
    """Return when to try again after ``attempts`` tries; None when the bank gives up."""
    return now + PAUSES[attempts - 1] if attempts <= len(PAUSES) else None


class UndeliverableError(DomainError):
    """The partner did not answer a callback with success."""

    kind = Kind.UNAVAILABLE
    code = "callback-not-accepted"
    title = "Đối tác chưa nhận thông báo"

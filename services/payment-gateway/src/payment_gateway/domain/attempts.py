"""The attempt (lần thanh toán): one try of one payer through one channel."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.contracts.parts import PaymentChannel
from shared.lifecycle import Lifecycle, Step


class Status(StrEnum):
    """Where an attempt stands; a success is never overwritten."""

    CREATED = "created"
    """The row is there; the counterpart has not answered with an address yet."""
    REDIRECTED = "redirected"
    """The payer has the address of the bank's own page."""
    UNKNOWN = "unknown"
    """The counterpart was asked and does not know yet; asked again by ASK_PAUSES."""
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    """Another attempt took its place; money that still comes by it counts."""
    GIVEN_UP = "given_up"


class Trigger(StrEnum):
    """What moves an attempt on."""

    REDIRECT = "redirect"
    SUCCEED = "succeed"
    FAIL = "fail"
    SUPERSEDE = "supersede"
    ASK_IN_VAIN = "ask_in_vain"
    GIVE_UP = "give_up"


_LATE_GOOD_NEWS: Final = (Status.FAILED, Status.SUPERSEDED, Status.GIVEN_UP)

LIFECYCLE: Final = Lifecycle(
    initial=Status.CREATED,
    steps=(
        Step(Status.CREATED, Trigger.REDIRECT, Status.REDIRECTED),
        Step(Status.CREATED, Trigger.SUCCEED, Status.SUCCEEDED),
        Step(Status.CREATED, Trigger.FAIL, Status.FAILED),
        Step(Status.CREATED, Trigger.SUPERSEDE, Status.SUPERSEDED),
        Step(Status.REDIRECTED, Trigger.SUCCEED, Status.SUCCEEDED),
        Step(Status.REDIRECTED, Trigger.FAIL, Status.FAILED),
        Step(Status.REDIRECTED, Trigger.ASK_IN_VAIN, Status.UNKNOWN),
        Step(Status.REDIRECTED, Trigger.SUPERSEDE, Status.SUPERSEDED),
        Step(Status.UNKNOWN, Trigger.SUCCEED, Status.SUCCEEDED),
        Step(Status.UNKNOWN, Trigger.FAIL, Status.FAILED),
        Step(Status.UNKNOWN, Trigger.ASK_IN_VAIN, Status.UNKNOWN),
        Step(Status.UNKNOWN, Trigger.SUPERSEDE, Status.SUPERSEDED),
        Step(Status.UNKNOWN, Trigger.GIVE_UP, Status.GIVEN_UP),
        *(Step(source, Trigger.SUCCEED, Status.SUCCEEDED) for source in _LATE_GOOD_NEWS),
        # No step leads out of SUCCEEDED: a late failure changes nothing.
    ),
)

LIVE: Final = tuple(s for s in Status if LIFECYCLE.allows(s, Trigger.SUPERSEDE))
"""One attempt of a payable at most is in these states."""

ASK_PAUSES: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(minutes=60),
    timedelta(days=1),
    timedelta(days=1),
    timedelta(days=1),
)
"""Before each question to the counterpart, from the redirect on."""

BEGIN_PAUSES: Final = (timedelta(seconds=5), timedelta(seconds=15), timedelta(seconds=60))
"""Between tries of the first call; after them the attempt has failed, its payer tries again."""

HEAD_START: Final = timedelta(seconds=6)
"""How long a new attempt is left to the door at which its payer waits; then any worker may."""

LEASE: Final = timedelta(seconds=30)
"""How long a worker holds a row during its call; longer than any call's time limit."""


@dataclass(frozen=True)
class Attempt:
    """One attempt as it stands."""

    id: UUID
    payable_id: UUID
    channel: PaymentChannel
    reference: str
    bank_code: str | None
    amount_vnd: int
    status: Status
    code: str | None
    redirect_url: str | None
    created_at: datetime

    @property
    def is_live(self) -> bool:
        """Tell whether its payer may be paying just now."""
        return self.status in LIVE

    @property
    def has_succeeded(self) -> bool:
        """Tell whether money came by it."""
        return self.status is Status.SUCCEEDED

    @property
    def has_failed(self) -> bool:
        """Tell whether its payer has to try again."""
        return self.status in {Status.FAILED, Status.GIVEN_UP}


def ask_again(asked: int, *, now: datetime) -> datetime | None:
    """Return when to ask again after ``asked`` questions in vain; None: no more."""
    return now + ASK_PAUSES[asked] if asked < len(ASK_PAUSES) else None


def begin_again(tried: int, *, now: datetime) -> datetime | None:
    """Return when to begin again after ``tried`` calls without an answer; None: no more."""
    return now + BEGIN_PAUSES[tried - 1] if tried <= len(BEGIN_PAUSES) else None


def attempt_reference(payable_reference: str, ordinal: int) -> str:
    """Return our reference of a payable's ``ordinal``-th attempt: unique for ever."""
    return f"{payable_reference}T{ordinal:02d}"

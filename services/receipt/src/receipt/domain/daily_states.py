"""How a day's table stands: what was sent of it, what the authority said, until when it is due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from receipt.domain.daily_tables import (
    LIFECYCLE,
    SubmissionStatus,
    SubmissionTrigger,
    due_on,
    is_past,
)
from receipt.domain.errors import SignerUnavailableError, SignerUnusableError
from shared.contracts.parts import Totals
from shared.days import vietnam_day

UNSIGNED: Final = frozenset({SignerUnusableError.code, SignerUnavailableError.code})
"""Why a submission was not even sent: nothing signed it."""


class TableState(StrEnum):
    """What people read of a table or a submission, the most urgent first."""

    OVERDUE = "overdue"
    """Quá hạn: not accepted, and its last day is over."""
    REFUSED = "refused"
    UNSIGNED = "unsigned"
    """No certificate in force signs it; it goes when one does."""
    AWAY = "away"
    """The authority does not answer; three working days begin when it does."""
    SENT = "sent"
    """Đã gửi, and not answered yet."""
    NOT_SENT = "not_sent"
    ACCEPTED = "accepted"
    REMADE = "remade"
    """Không được tiếp nhận, đã lập lại: another stands in its place."""


@dataclass(frozen=True)
class SubmissionState:
    """One submission as it stands."""

    id: UUID
    supplement_no: int
    status: SubmissionStatus
    totals: Totals
    made_at: datetime
    lines_day: date
    attempts: int
    error_code: str | None
    refusals: Mapping[int, Sequence[str]]
    """By line: for which codes the authority refused it."""
    replaces_id: UUID | None
    failed_since: datetime | None
    accepted_at: datetime | None
    reference: str | None
    is_held_up: bool
    """An outage held it up."""
    outage_ended_at: datetime | None

    @property
    def is_away(self) -> bool:
        """Tell whether the outage that holds it up goes on."""
        return self.is_held_up and self.outage_ended_at is None

    @property
    def is_accepted(self) -> bool:
        """Tell whether the authority has it."""
        return self.status is SubmissionStatus.ACCEPTED

    @property
    def is_settled(self) -> bool:
        """Tell whether nothing more becomes of it."""
        return self.status in {SubmissionStatus.ACCEPTED, SubmissionStatus.REMADE}

    @property
    def may_be_remade(self) -> bool:
        """Tell whether another may be put in its place."""
        return LIFECYCLE.allows(self.status, SubmissionTrigger.REMAKE)

    @property
    def due_on(self) -> date | None:
        """Return its last day; None while nobody can tell, because the outage goes on."""
        if self.is_away:
            return None
        return due_on(self.lines_day, outage_ended_at=self.outage_ended_at)

    def state(self, now: datetime) -> TableState:
        """Return what people read."""
        if self.is_settled:
            return TableState(self.status)
        if self.due_on is not None and is_past(self.due_on, now):
            return TableState.OVERDUE
        if self.error_code in UNSIGNED:
            return TableState.UNSIGNED
        if self.is_away:
            return TableState.AWAY
        if self.status is SubmissionStatus.REFUSED:
            return TableState.REFUSED
        return TableState.SENT if self.attempts else TableState.NOT_SENT

    def is_due_today(self, now: datetime) -> bool:
        """Tell whether an outage's grace ends today: the last day to send it."""
        return self.is_held_up and not self.is_settled and self.due_on == vietnam_day(now)


@dataclass(frozen=True)
class TableSummary:
    """A collector's day: how many numbers, their sum, and each submission."""

    id: UUID
    collector_code: str
    collector_name: str
    tax_code: str
    day_on: date
    totals: Totals
    submissions: Sequence[SubmissionState]

    def state(self, now: datetime) -> TableState:
        """Return the most urgent state of its submissions."""
        order = list(TableState)
        return min((each.state(now) for each in self.submissions), key=order.index)

    def is_due_today(self, now: datetime) -> bool:
        """Tell whether an outage's grace ends today for one of its submissions."""
        return any(each.is_due_today(now) for each in self.submissions)

    @property
    def due_on(self) -> date | None:
        """Return the earliest last day of what is not accepted."""
        open_days = [each.due_on for each in self.submissions if not each.is_settled]
        return min((day for day in open_days if day is not None), default=None)


@dataclass(frozen=True)
class Unreported:
    """What stands in no submission yet: the open day, until its evening."""

    totals: Totals
    since: datetime | None


@dataclass(frozen=True)
class Outage:
    """The authority has not answered since then."""

    began_at: datetime

"""What the operator's board counts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True)
class StreamFigures:
    """One kept stream, as far as it is archived."""

    topic: str
    events: int
    last_time: datetime | None


@dataclass(frozen=True)
class Backlog:
    """How far a consumer is behind one stream."""

    consumer: str
    topic: str
    lag: int
    measured_at: datetime


@dataclass(frozen=True)
class Unsent:
    """What waits in a service's outbox."""

    service: str
    facts: int
    oldest_at: datetime | None
    measured_at: datetime


@dataclass(frozen=True)
class Unanswered:
    """Facts that a partner was told and has not acknowledged."""

    partner: str
    facts: int
    oldest_at: datetime | None
    measured_at: datetime


class WorkKind(StrEnum):
    """Work of receipt that never blocks anybody and is tried for ever."""

    SERIES = "series"
    """Dải số năm sau: not open although its day has passed."""
    RECEIPT_NUMBER = "receipt-number"
    """Chờ cấp số: the money is in, and no open series numbers its receipt."""
    RECEIPT_FILE = "receipt-file"
    """Tệp biên lai: the number is given, the file is not stored yet."""
    DAILY_TABLE = "daily-table"
    """Bảng kê 01/TH-BLĐT: made, and the tax authority has not accepted it."""


@dataclass(frozen=True)
class HeldUp:
    """Work that waits, as far as it failed at least once or is late."""

    kind: WorkKind
    waiting: int
    failing: int
    oldest_at: datetime | None
    reason: str | None
    """Why most of them failed the last time."""
    measured_at: datetime


@dataclass(frozen=True)
class Board:
    """Everything on the operator's first page."""

    streams: list[StreamFigures]
    backlog: list[Backlog]
    unsent: list[Unsent]
    unanswered: list[Unanswered]
    held_up: list[HeldUp]
    parked: int
    parked_since: datetime | None

    @property
    def events(self) -> int:
        """Return how many facts are archived."""
        return sum(stream.events for stream in self.streams)

    @property
    def behind(self) -> int:
        """Return how many facts consumers have still to read."""
        return sum(backlog.lag for backlog in self.backlog)

    @property
    def waiting(self) -> int:
        """Return how many facts are not sent yet."""
        return sum(unsent.facts for unsent in self.unsent)

    @property
    def unacknowledged(self) -> int:
        """Return how many facts partners have still to acknowledge."""
        return sum(each.facts for each in self.unanswered)

    @property
    def unacknowledged_since(self) -> datetime | None:
        """Return since when the oldest of them waits."""
        return min((each.oldest_at for each in self.unanswered if each.oldest_at), default=None)

    @property
    def waiting_since(self) -> datetime | None:
        """Return since when the oldest of them waits."""
        return min((each.oldest_at for each in self.unsent if each.oldest_at), default=None)

"""What an operator is told without asking: work of receipt that waits too long."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from ops.domain.figures import HeldUp, WorkKind

LATE: Final[Mapping[WorkKind, timedelta]] = {
    WorkKind.SERIES: timedelta(0),
    WorkKind.RECEIPT_NUMBER: timedelta(minutes=10),
    WorkKind.RECEIPT_FILE: timedelta(minutes=10),
    WorkKind.DAILY_TABLE: timedelta(hours=24),
}
"""How long each kind may wait before it is an alarm; the law wants a table on its own day."""

NEXT_YEAR_MISSED: Final = (12, 16)
"""Month and day from which a missing series is an alarm: the rule opens on 15 December."""


@dataclass(frozen=True)
class Alarm:
    """One line at the top of the board."""

    kind: WorkKind
    count: int
    since: datetime | None
    reason: str | None


def misses_next_year(today: date) -> bool:
    """Tell whether next year's series should all be open on ``today``."""
    return (today.month, today.day) >= NEXT_YEAR_MISSED


def alarms(measured: Iterable[HeldUp], now: datetime) -> list[Alarm]:
    """Return what waits longer than it may, the most urgent first."""
    order = list(LATE)
    late = [each for each in measured if each.waiting and _is_late(each, now)]
    late.sort(key=lambda each: order.index(each.kind))
    return [Alarm(each.kind, each.waiting, each.oldest_at, each.reason) for each in late]


def _is_late(work: HeldUp, now: datetime) -> bool:
    return work.oldest_at is None or now - work.oldest_at >= LATE[work.kind]

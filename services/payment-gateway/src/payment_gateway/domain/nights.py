"""The nightly close: which nights are due, which days each closes, when a file is fetched again."""

from datetime import date, datetime, time, timedelta
from typing import Final

from shared.days import VIETNAM, in_vietnam

CLOSES_AT: Final = time(23, 0)
"""When each night closes its days, in Vietnam (domain.md 7.6)."""
WINDOW_DAYS: Final = 2
"""48 hours: the day that ends and the one before it."""
MOST_NIGHTS: Final = 31
"""How far back nights are made good that passed while nobody worked."""
TRIES: Final = (
    timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=60),
    timedelta(hours=3),
)  # fmt: skip
"""Between tries to fetch one night's file."""
LEASE: Final = timedelta(minutes=5)
"""How long a worker holds a run; longer than its calls take."""


def last_night(now: datetime) -> date:
    """Return the day whose 23:00 in Vietnam was the last one before ``now``."""
    here = in_vietnam(now)
    return here.date() if here.time() >= CLOSES_AT else here.date() - timedelta(days=1)


def nights_due(known: date | None, now: datetime) -> list[date]:
    """Return the nights after ``known`` whose 23:00 has passed; only the last where none is."""
    last = last_night(now)
    if known is None:
        return [last]
    count = min((last - known).days, MOST_NIGHTS)
    return [last - timedelta(days=back) for back in reversed(range(count))]


def days_of(night: date) -> list[date]:
    """Return the days that a night closes."""
    return [night - timedelta(days=back) for back in reversed(range(WINDOW_DAYS))]


def due_at(night: date) -> datetime:
    """Return the instant at which a night's closes are due."""
    return datetime.combine(night, CLOSES_AT, VIETNAM)


def fetch_again(tried: int, *, now: datetime) -> datetime | None:
    """Return when to fetch again after ``tried`` tries in vain; None: what there is decides."""
    return now + TRIES[tried - 1] if tried <= len(TRIES) else None

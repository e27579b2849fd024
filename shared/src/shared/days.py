"""Vietnam's days and years: pure functions of an instant (Asia/Ho_Chi_Minh, no daylight saving)."""

from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

VIETNAM: Final = ZoneInfo("Asia/Ho_Chi_Minh")


def in_vietnam(instant: datetime) -> datetime:
    """Return the same instant as a clock on a Vietnamese wall shows it."""
    return instant.astimezone(VIETNAM)


def vietnam_day(instant: datetime) -> date:
    """Return the legal day on which ``instant`` falls in Vietnam."""
    return in_vietnam(instant).date()


def start_of_day(day: date) -> datetime:
    """Return the instant at which ``day`` begins in Vietnam."""
    return datetime.combine(day, time(), VIETNAM)

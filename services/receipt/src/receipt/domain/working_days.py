"""Working days (ngày làm việc): weekends, and the holidays of Bộ luật Lao động Điều 111, 112."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import Final

_FRIDAY: Final = 4

FIXED: Final = ((1, 1), (4, 30), (5, 1), (9, 2))
"""Tết Dương lịch, 30/4, 1/5, Quốc khánh: month and day, each year (Điều 112.1 a, c, d, đ)."""

MOVABLE: Final[Mapping[int, tuple[date, ...]]] = {
    2026: (
        *(date(2026, 2, day) for day in range(16, 21)),  # Tết Bính Ngọ, as announced
        date(2026, 4, 26),  # Giỗ Tổ Hùng Vương, 10/3 âm lịch
        date(2026, 9, 1),  # the second day of Quốc khánh, as announced
    ),
    2027: (
        *(date(2027, 2, day) for day in range(5, 9)),  # Tết Đinh Mùi; the fifth day (to confirm)
        date(2027, 4, 16),  # Giỗ Tổ Hùng Vương
    ),
}
"""Days of the lunar year, and the second of Quốc khánh, by year (Điều 112.1 b, đ, e).

Dated data: a line is added when the year's days are announced. A day that is missing makes a due
date earlier, never later.
"""


def is_working_day(day: date) -> bool:
    """Tell whether ``day`` counts where the law says working days."""
    return not _is_weekend(day) and day not in _free_days(day.year)


def add_working_days(day: date, count: int) -> date:
    """Return the ``count``-th working day after ``day``; that day itself does not count."""
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def _is_weekend(day: date) -> bool:
    return day.weekday() > _FRIDAY


@cache
def _free_days(year: int) -> frozenset[date]:
    """Return the holidays of a year; one on a weekend gives the next working day (Điều 111.3)."""
    holidays = {date(year, month, day) for month, day in FIXED} | set(MOVABLE.get(year, ()))
    free = set(holidays)
    for holiday in sorted(each for each in holidays if _is_weekend(each)):
        instead = holiday
        while _is_weekend(instead) or instead in free:
            instead += timedelta(days=1)
        free.add(instead)
    return frozenset(free)

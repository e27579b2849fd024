"""Vietnam's legal days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.days import in_vietnam, start_of_day, vietnam_day


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 11, 22, 16, 59, 59, 999_999, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 11, 22, 17, 0, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 12, 31, 17, 0, tzinfo=UTC), date(2027, 1, 1)),
        (datetime(2024, 2, 28, 17, 0, tzinfo=UTC), date(2024, 2, 29)),
    ],
)
def test_given_an_instant_when_asked_for_the_day_then_vietnam_decides(
    instant: datetime, day: date
) -> None:
    assert vietnam_day(instant) == day


def test_given_an_instant_when_shown_then_it_is_the_same_instant_seven_hours_on() -> None:
    instant = datetime(2026, 11, 22, 7, 5, tzinfo=UTC)

    shown = in_vietnam(instant)

    assert shown == instant
    assert (shown.hour, shown.utcoffset()) == (14, timedelta(hours=7))


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)))
def test_given_any_day_when_it_starts_then_it_is_that_day_and_a_moment_before_is_not(
    day: date,
) -> None:
    start = start_of_day(day)

    assert vietnam_day(start) == day
    assert vietnam_day(start - timedelta(microseconds=1)) == day - timedelta(days=1)

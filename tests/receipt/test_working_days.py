"""Due dates by working days: weekends, holidays, and what stands in for them."""

from datetime import UTC, date, datetime, time

import pytest

from receipt.domain.daily_tables import due_on, is_past, last_cut
from receipt.domain.working_days import add_working_days, is_working_day
from tests.receipt.days import at


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 27), True),  # a Friday
        (date(2026, 11, 28), False),  # a Saturday
        (date(2026, 2, 17), False),  # Tết
        (date(2026, 4, 26), False),  # Giỗ Tổ, a Sunday
        (date(2026, 4, 27), False),  # stands in for it
        (date(2026, 4, 28), True),
        (date(2026, 4, 30), False),
        (date(2026, 9, 1), False),
        (date(2027, 5, 3), False),  # stands in for Saturday, 1 May
        (date(2027, 2, 9), False),  # two days of Tết fell on a weekend
        (date(2027, 2, 10), False),
        (date(2027, 2, 11), True),
        (date(2031, 9, 2), False),  # fixed days hold without a list
    ],
)
def test_given_a_day_when_asked_then_the_law_says_whether_it_is_a_working_day(
    day: date, *, works: bool
) -> None:
    assert is_working_day(day) is works


@pytest.mark.parametrize(
    ("recovered", "due"),
    [
        (date(2026, 11, 23), date(2026, 11, 26)),  # Monday to Thursday
        (date(2026, 11, 27), date(2026, 12, 2)),  # over a weekend
        (date(2026, 4, 24), date(2026, 5, 4)),  # Giỗ Tổ, 30/4 and 1/5 between
        (date(2026, 2, 13), date(2026, 2, 25)),  # over Tết
    ],
)
def test_given_a_recovery_when_three_working_days_are_counted_then_they_end_as_the_law_says(
    recovered: date, due: date
) -> None:
    noon = datetime.combine(recovered, time(5), UTC)

    assert add_working_days(recovered, 3) == due
    assert due_on(date(2026, 2, 1), outage_ended_at=noon) == due
    assert due_on(date(2026, 11, 23), outage_ended_at=None) == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("now", "cut"),
    [
        (at(23, "12:00"), at(23, "00:00")),
        (at(23, "22:00"), at(23, "00:00")),
        (at(23, "22:01"), at(23, "22:00")),
        (at(23, "23:51"), at(23, "23:50")),
        (at(24, "00:00"), at(23, "23:50")),
        (at(24, "00:01"), at(24, "00:00")),
    ],
)
def test_given_an_instant_when_cut_then_the_last_cut_that_is_over_counts(
    now: datetime, cut: datetime
) -> None:
    assert last_cut(now, time(22, 0)) == cut


def test_given_a_due_day_when_the_hour_after_midnight_is_over_then_it_is_late() -> None:
    assert not is_past(date(2026, 11, 23), at(24, "00:59"))
    assert is_past(date(2026, 11, 23), at(24, "01:00"))

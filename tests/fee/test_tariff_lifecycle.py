"""The life of a tariff: its full product of states and steps, and what its dates make of it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from fee.domain.checking import check
from fee.domain.tariff import (
    LIFECYCLE,
    TariffPhase,
    TariffStatus,
    TariffTrigger,
    phase_of,
)
from tests.fee.drafts import (
    a_tariff,
)


@pytest.mark.parametrize("status", list(TariffStatus))
@pytest.mark.parametrize("trigger", list(TariffTrigger))
def test_given_a_status_when_something_happens_then_only_these_steps_are_allowed(
    status: TariffStatus, trigger: TariffTrigger
) -> None:
    allowed = {
        (TariffStatus.DRAFT, TariffTrigger.EDIT): TariffStatus.DRAFT,
        (TariffStatus.DRAFT, TariffTrigger.APPROVE): TariffStatus.APPROVED,
        (TariffStatus.DRAFT, TariffTrigger.DISCARD): TariffStatus.DISCARDED,
        (TariffStatus.APPROVED, TariffTrigger.SET_LAST_DAY): TariffStatus.APPROVED,
    }

    assert LIFECYCLE.allows(status, trigger) is ((status, trigger) in allowed)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (-1, TariffPhase.UPCOMING),
        (0, TariffPhase.IN_FORCE),
        (9, TariffPhase.IN_FORCE),
        (10, TariffPhase.ENDED),
    ],
)
def test_given_an_approved_tariff_when_days_pass_then_its_dates_alone_decide(
    days: int, expected: TariffPhase
) -> None:
    first = date(2026, 12, 1)
    row = replace(a_tariff(), valid_from=first, valid_to=first + timedelta(days=9))

    found = phase_of(
        row, TariffStatus.APPROVED, requested=False, today=first + timedelta(days=days)
    )

    assert check(row) == ()
    assert found is expected

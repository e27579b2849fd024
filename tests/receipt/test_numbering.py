"""Numbers: from 1 without a gap, whatever repeats, races, dies or turns the year."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count as counting

import pytest

from receipt.domain.errors import NoSymbolsError
from shared.contracts.parts import Exemption, Explanation, FeeKind
from shared.contracts.payment import PaymentSettled
from shared.contracts.receipt import SeriesOpened
from shared.days import VIETNAM, vietnam_day
from shared.db.database import Database
from shared.failpoints import FailpointError
from tests.receipt.acts import NOW, count, is_gapless, issued, settle
from tests.receipt.builders import PAYEE, a_line, a_payment
from tests.support.facts import emitted, facts

ISSUED = "vn.lephi.ReceiptIssued.v1"
OPENED = "vn.lephi.SeriesOpened.v1"


def ticking(start: datetime = NOW) -> Callable[[], datetime]:
    ticks = counting()
    return lambda: start + timedelta(milliseconds=next(ticks))


def two_kinds() -> PaymentSettled:
    le_phi = a_line(FeeKind.LE_PHI, amount_vnd=28_000, name="Lệ phí hộ tịch")
    return a_payment(a_line(amount_vnd=112_000), le_phi)


async def test_given_phi_and_le_phi_when_paid_together_then_each_kind_has_its_receipt(
    database: Database,
) -> None:
    payment = two_kinds()

    await settle(database, payment)

    phi, le_phi = await issued(database)
    assert (phi.kind, phi.serial_symbol, phi.number, phi.total_vnd) == ("phi", "26TAA", 1, 112_000)
    assert (le_phi.kind, le_phi.serial_symbol, le_phi.number) == ("le_phi", "26TAB", 1)
    assert phi.total_vnd + le_phi.total_vnd == payment.amount_vnd
    assert phi.total_in_words == "Một trăm mười hai nghìn đồng"
    assert phi.check_url == "http://bienlai.lephi.test/xac-minh/6101234567/EBL01/26TAA/1"
    assert phi.issuer == PAYEE
    assert phi.monies == payment.monies
    assert phi.issued_at == NOW
    assert await emitted(database) == [OPENED, OPENED, ISSUED, ISSUED]


async def test_given_an_exempt_line_when_the_rest_is_paid_then_it_is_on_no_receipt(
    database: Database,
) -> None:
    exempt = a_line(
        FeeKind.LE_PHI,
        amount_vnd=0,
        explanation_code=Explanation.EXEMPT,
        exemption=Exemption(reason_code="ho_ngheo"),
    )

    await settle(database, a_payment(a_line(), exempt))

    assert [receipt.kind for receipt in await issued(database)] == [FeeKind.PHI]


async def test_given_numbered_payments_when_they_are_told_again_then_no_number_is_given(
    database: Database,
) -> None:
    first, second = two_kinds(), two_kinds()
    await settle(database, first, first, second)

    await settle(database, second, first)
    await settle(database, first)

    assert await count(database, "receipt") == 4
    assert len(await issued(database)) == 4
    assert await is_gapless(database)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_given_random_polls_when_some_die_and_are_told_again_then_no_gap_is_left(
    database: Database, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a repeatable choice
    payments = [two_kinds() if chance.random() < 0.4 else a_payment() for _ in range(60)]
    died = 0
    waiting = payments.copy()
    while waiting:
        poll = chance.sample(payments, chance.randint(0, 5)) + waiting[: chance.randint(1, 9)]
        dies = chance.random() < 0.3
        monkeypatch.setattr("shared.failpoints._HITS", Counter())
        monkeypatch.setenv("FAILPOINT", "W11:raise:1" if dies else "")
        try:
            await settle(database, *poll, clock=ticking())
        except FailpointError:
            died += 1
        else:
            waiting = [payment for payment in waiting if payment not in poll]

    due = sum(len({line.kind for line in payment.lines}) for payment in payments)
    assert died > 0
    assert await count(database, "receipt") == due == len(await issued(database))
    assert await is_gapless(database)


async def test_given_several_allocators_when_they_race_for_the_same_then_numbers_have_no_gap(
    database: Database,
) -> None:
    payments = [two_kinds() for _ in range(40)]
    polls = [payments[start : start + 8] for start in range(0, 40, 8)]
    again = [payments[start : start + 10][::-1] for start in range(0, 40, 10)]

    await asyncio.gather(*[settle(database, *poll, clock=ticking()) for poll in polls + again])

    assert await count(database, "receipt") == 80
    assert await count(database, "series") == 2
    assert await is_gapless(database)


async def test_given_the_last_second_of_a_year_when_the_lock_takes_long_then_the_new_year_counts(
    database: Database,
) -> None:
    before = datetime(2026, 12, 31, 23, 59, 59, 900_000, VIETNAM)
    await settle(database, a_payment(), clock=lambda: before)
    looks = iter([before, before + timedelta(milliseconds=200), before + timedelta(seconds=1)])

    await settle(database, a_payment(), clock=lambda: next(looks))

    old, new = await issued(database)
    assert (old.serial_symbol, old.number) == ("26TAA", 1)
    assert (new.serial_symbol, new.number) == ("27TAA", 1)
    assert vietnam_day(new.issued_at).isoformat() == "2027-01-01"
    opened = [event.data for event in await facts(database, SeriesOpened)]
    assert [(series.serial_symbol, series.year) for series in opened] == [
        ("26TAA", 2026),
        ("27TAA", 2027),
    ]
    assert await is_gapless(database)


async def test_given_traffic_over_midnight_when_the_year_turns_in_vietnam_then_series_turn_with_it(
    database: Database,
) -> None:
    last_second = datetime(2026, 12, 31, 23, 59, 59, 900_000, VIETNAM)
    clock = ticking(last_second)
    payments = [two_kinds() for _ in range(120)]
    polls = [payments[start : start + 3] for start in range(0, 120, 3)]
    waiting = iter(polls)

    async def work() -> None:
        for poll in waiting:
            await settle(database, *poll, clock=clock)

    await asyncio.gather(*[work() for _ in range(6)])
    while (await issued(database))[-1].serial_symbol < "27":
        payments.append(two_kinds())
        await settle(database, payments[-1], clock=clock)

    found = await issued(database)
    assert {r.serial_symbol for r in found} == {"26TAA", "26TAB", "27TAA", "27TAB"}
    for receipt in found:
        assert receipt.serial_symbol.startswith(f"{vietnam_day(receipt.issued_at):%y}T")
        assert vietnam_day(receipt.paid_at).year == 2026
    assert len(found) == 2 * len(payments)
    assert await is_gapless(database)


async def test_given_a_clock_that_goes_back_when_numbers_follow_then_times_do_not(
    database: Database,
) -> None:
    await settle(database, a_payment(), clock=lambda: NOW)

    await settle(database, a_payment(), clock=lambda: NOW - timedelta(minutes=5))

    first, second = await issued(database)
    assert first.issued_at == second.issued_at
    assert await is_gapless(database)


async def test_given_a_day_before_the_law_when_a_payment_settles_then_no_symbol_is_guessed(
    database: Database,
) -> None:
    with pytest.raises(NoSymbolsError):
        await settle(
            database, a_payment(), clock=lambda: datetime(2026, 6, 30, 9, 0, 0, 0, VIETNAM)
        )

    assert await emitted(database) == []

"""Series: opened by rule or by a person, closed, full; what comes meanwhile waits for a number."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from prometheus_client import REGISTRY

from receipt.domain.errors import FaceValueError, SeriesKnownError, SeriesOpenError
from receipt.domain.lifecycles import SeriesStatus
from receipt.domain.series import NewSeries, Registration, SeriesKey, Wait
from receipt.domain.symbols import Symbols
from receipt.jobs.numbers import count_waiting
from receipt.use_cases.issue import number_waiting
from receipt.use_cases.series import (
    Acting,
    Overview,
    close_series,
    keep_series,
    open_series,
    overview,
    register,
)
from shared.contracts.parts import FeeKind
from shared.contracts.receipt import SeriesClosed, SeriesOpened
from shared.days import VIETNAM
from shared.db import driver
from shared.db.database import Database
from shared.lifecycle import IllegalStepError
from tests.receipt.acts import NOW, RECEIPT_URL, count, is_gapless, issued, settle
from tests.receipt.builders import a_line, a_payment
from tests.support.facts import a_cause, facts

ACCEPTED = Registration("1234/TB-CTQN", date(2026, 11, 2))
PHI_2026 = SeriesKey(2026, "6101234567", FeeKind.PHI)


def acting(now: datetime = NOW) -> Acting:
    return Acting("quantri", {"H34.10"}, a_cause(), now)


async def seen(database: Database, now: datetime = NOW) -> Overview:
    async with database.transaction() as session:
        return await overview(session, {"H34.10"}, now=now)


async def series_id(database: Database, serial: str) -> UUID:
    found = [s for s in (await seen(database)).series if s.symbols.serial_symbol == serial]
    assert len(found) == 1, serial
    return found[0].series_id


async def close(database: Database, serial: str) -> None:
    wanted = await series_id(database, serial)
    async with database.transaction() as session:
        await close_series(session, wanted, "Hết dùng", acting=acting())


async def open_another(database: Database, serial: str = "26TAC") -> None:
    new = NewSeries(PHI_2026, Symbols("EBL01", serial), "H34.10")
    async with database.transaction() as session:
        made = await register(session, new, ACCEPTED, acting=acting())
        await open_series(session, made, acting=acting())


async def give_numbers(database: Database, now: datetime = NOW) -> bool:
    async with database.transaction() as session:
        return await number_waiting(session, clock=lambda: now, receipt_url=RECEIPT_URL, limit=200)


async def look_after(database: Database, now: datetime) -> None:
    async with database.transaction() as session:
        await keep_series(session, cause=a_cause(), now=now)


async def test_given_a_closed_series_when_paid_then_receipts_wait_and_the_next_one_numbers_them(
    database: Database,
) -> None:
    await settle(database, a_payment())
    await close(database, "26TAA")
    both = a_payment(a_line(), a_line(FeeKind.LE_PHI, amount_vnd=28_000))
    later = [a_payment() for _ in range(3)]

    await settle(database, both)
    await settle(database, *later, clock=lambda: NOW + timedelta(minutes=1))
    await settle(database, both, *later)
    before = await seen(database)
    nothing = await give_numbers(database)
    await open_another(database)
    await asyncio.gather(*[give_numbers(database) for _ in range(3)], settle(database, *later))
    await give_numbers(database)

    assert (before.waiting, nothing) == (4, False)
    assert {each.why for each in before.oldest} == {Wait.NO_OPEN_SERIES}
    given = [(r.serial_symbol, r.number) for r in await issued(database)]
    assert given[:2] == [("26TAA", 1), ("26TAB", 1)]
    assert sorted(given[2:]) == [("26TAC", number) for number in range(1, 5)]
    assert (await seen(database)).waiting == 0
    assert {r.payment_id for r in await issued(database)} >= {p.payment_id for p in [both, *later]}
    assert await is_gapless(database)
    [closed] = await facts(database, SeriesClosed)
    assert (closed.data.serial_symbol, closed.data.kind) == ("26TAA", FeeKind.PHI)


async def test_given_the_last_number_of_eight_digits_when_more_is_paid_then_the_rest_waits(
    database: Database,
) -> None:
    await settle(database, a_payment())
    async with database.transaction() as session:
        await driver.execute(session, "UPDATE series SET last_number = 99999998")
    first, second = a_payment(), a_payment()

    await settle(database, first, second)
    full = await seen(database)
    nothing = await give_numbers(database)
    await close(database, "26TAA")
    await open_another(database)
    await give_numbers(database)

    assert ([each.why for each in full.oldest], nothing) == ([Wait.SERIES_FULL], False)
    assert [r.number for r in await issued(database)] == [1, 99_999_999, 1]
    assert (await issued(database))[-1].payment_id == second.payment_id


async def test_given_a_wait_over_new_year_when_nothing_is_opened_then_the_rule_opens_the_new_one(
    database: Database,
) -> None:
    await settle(database, a_payment())
    await close(database, "26TAA")
    await settle(database, a_payment())

    await give_numbers(database, datetime(2027, 1, 1, 0, 0, tzinfo=VIETNAM))

    assert [(r.serial_symbol, r.number) for r in await issued(database)] == [
        ("26TAA", 1), ("27TAA", 1),
    ]  # fmt: skip


async def test_given_an_open_series_when_another_opens_or_repeats_it_then_it_is_refused(
    database: Database,
) -> None:
    await settle(database, a_payment())

    with pytest.raises(SeriesOpenError):
        await open_another(database)
    with pytest.raises(SeriesKnownError):
        await open_another(database, "26TAA")
    await close(database, "26TAA")
    with pytest.raises(IllegalStepError):
        await close(database, "26TAA")


@pytest.mark.parametrize(
    ("instant", "opened", "alarm"),
    [
        (datetime(2026, 12, 14, 23, 59, 59, tzinfo=VIETNAM), 0, 0),
        (datetime(2026, 12, 15, tzinfo=VIETNAM), 2, 0),
        (datetime(2026, 12, 14, 17, tzinfo=UTC), 2, 0),
        (datetime(2026, 12, 16, tzinfo=VIETNAM), 2, 2),
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=VIETNAM), 2, 2),
        (datetime(2027, 1, 1, tzinfo=VIETNAM), 0, 0),
    ],
)
async def test_given_december_when_the_clock_comes_to_the_15th_then_next_years_series_are_open(
    database: Database, instant: datetime, opened: int, alarm: int
) -> None:
    await settle(database, a_payment(a_line(), a_line(FeeKind.LE_PHI, amount_vnd=28_000)))
    await close(database, "26TAA")
    await open_another(database, "26TXY")
    missing = (await seen(database, instant)).missing

    await asyncio.gather(*[look_after(database, instant) for _ in range(3)])

    said = [event.data for event in await facts(database, SeriesOpened) if event.data.year == 2027]
    assert len(missing) == alarm
    assert {series.serial_symbol for series in said} == ({"27TXY", "27TAB"} if opened else set())
    assert len(said) == opened
    assert (await seen(database, instant)).missing == []
    next_year = [s for s in (await seen(database)).series if s.key.year == 2027]
    expected = {"27TXY": ACCEPTED.reference, "27TAB": ACCEPTED.reference} if opened else {}
    told = {s.symbols.serial_symbol: s.registration for s in next_year}
    assert {serial: r.reference for serial, r in told.items() if r} == expected


async def test_given_receipts_without_a_number_when_the_job_looks_then_the_figures_say_so(
    database: Database,
) -> None:
    await settle(database, a_payment())
    await close(database, "26TAA")
    await settle(database, a_payment(), a_payment())

    await count_waiting(database, None)

    figures = {
        name: REGISTRY.get_sample_value(f"lephi_{name}")
        for name in (
            "receipts_awaiting_number", "series_missing", "receipt_files_late",
            "receipt_files_failing",
        )
    }  # fmt: skip
    assert list(figures.values()) == [2, 0, 1, 0]
    assert (REGISTRY.get_sample_value("lephi_receipt_files_oldest_seconds") or 0) > 0


async def test_given_a_registered_series_of_next_year_when_the_rule_comes_then_that_one_is_opened(
    database: Database,
) -> None:
    await settle(database, a_payment())
    key = SeriesKey(2027, "6101234567", FeeKind.PHI)
    async with database.transaction() as session:
        new = NewSeries(key, Symbols("EBL01", "27TBB"), "H34.10")
        await register(session, new, ACCEPTED, acting=acting())

    await look_after(database, datetime(2026, 12, 15, 3, tzinfo=UTC))

    assert [e.data.serial_symbol for e in await facts(database, SeriesOpened)] == ["26TAA", "27TBB"]


async def test_given_the_new_year_when_a_day_has_passed_then_last_years_series_are_closed(
    database: Database,
) -> None:
    await settle(database, a_payment())
    await look_after(database, datetime(2027, 1, 1, 23, 59, tzinfo=VIETNAM))
    still = (await seen(database)).series[0].status

    await look_after(database, datetime(2027, 1, 2, tzinfo=VIETNAM))

    assert still is SeriesStatus.OPEN
    assert (await seen(database)).series[0].status is SeriesStatus.CLOSED
    assert len(await facts(database, SeriesClosed)) == 1
    assert await count(database, "receipt") == 1


async def test_given_a_registered_series_with_a_face_value_when_numbers_are_due_then_it_gives_none(
    database: Database,
) -> None:
    """EBL02: one counter for every amount would print an amount that is not its face value."""
    valued = NewSeries(PHI_2026, Symbols("EBL02", "26TAD"), "H34.10")
    async with database.transaction() as session:
        kept = await register(session, valued, ACCEPTED, acting=acting())

    await settle(database, a_payment())
    await close(database, "26TAA")

    [receipt] = await issued(database)
    assert (receipt.form_symbol, receipt.serial_symbol) == ("EBL01", "26TAA")
    with pytest.raises(FaceValueError):
        async with database.transaction() as session:
            await open_series(session, kept, acting=acting())

"""Negative controls: with a wrong implementation in the right one's place, the checks turn red."""

import asyncio
from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from itertools import count as counting
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.series import SeriesKey
from receipt.repository import numbering
from receipt.repository.numbering import SeriesLock
from shared.db import driver
from shared.db.database import Database
from shared.failpoints import FailpointError
from tests.receipt.acts import NOW, is_gapless, settle
from tests.receipt.builders import a_payment

WRONG = "receipt.use_cases.issue"


async def test_given_numbers_from_a_sequence_when_a_poll_dies_then_i7_sees_the_hole(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = numbering.lock_series

    async def from_a_sequence(
        session: AsyncSession, keys: Collection[SeriesKey], *, some: bool = False
    ) -> dict[SeriesKey, SeriesLock]:
        held = await right(session, keys, some=some)
        taken = [await driver.fetchval(session, "SELECT nextval('wrong')") for _ in held]
        return {
            key: replace(lock, last_number=number - 1)
            for (key, lock), number in zip(held.items(), taken, strict=True)
        }

    async with database.transaction() as session:
        await driver.execute(session, "CREATE SEQUENCE wrong")
    monkeypatch.setattr(f"{WRONG}.numbering.lock_series", from_a_sequence)

    await settle(database, a_payment())
    before = await is_gapless(database)
    monkeypatch.setattr("shared.failpoints._HITS", Counter())
    monkeypatch.setenv("FAILPOINT", "W11:raise:1")
    with pytest.raises(FailpointError):
        await settle(database, a_payment())
    await settle(database, a_payment())

    assert (before, await is_gapless(database)) == (True, False)


@pytest.mark.parametrize("wrong", [False, True], ids=["ours", "control"])
async def test_given_a_clock_read_before_the_lock_when_four_number_then_i7_sees_time_turn_back(
    database: Database, monkeypatch: pytest.MonkeyPatch, *, wrong: bool
) -> None:
    if wrong:
        monkeypatch.setattr(f"{WRONG}.max", lambda now, _last: now, raising=False)
    ticks = counting()

    async def work() -> None:
        for _ in range(5):
            read = NOW + timedelta(milliseconds=next(ticks))
            clock = (
                (lambda at=read: at)
                if wrong
                else (lambda: NOW + timedelta(milliseconds=next(ticks)))
            )
            await settle(database, a_payment(), clock=clock)

    await settle(database, a_payment())
    await asyncio.gather(*[work() for _ in range(4)])

    assert await is_gapless(database) is not wrong


@pytest.mark.parametrize("wrong", [False, True], ids=["ours", "control"])
async def test_given_no_natural_key_when_all_is_told_again_then_i6_sees_the_second_receipt(
    database: Database, monkeypatch: pytest.MonkeyPatch, *, wrong: bool
) -> None:
    async def none_numbered(_session: AsyncSession, _keys: object) -> set[tuple[UUID, str]]:
        return set()

    if wrong:
        monkeypatch.setattr(f"{WRONG}.numbering.find_numbered", none_numbered)
        async with database.transaction() as session:
            await driver.execute(session, "DROP INDEX uq_receipt_payment")
    payments = [a_payment() for _ in range(5)]

    await settle(database, *payments)
    await settle(database, *payments)

    async with database.transaction() as session:
        twice = await driver.fetchval(
            session,
            "SELECT count(*) FROM (SELECT FROM receipt WHERE replaces IS NULL"
            " GROUP BY payment_id, kind HAVING count(*) > 1) t",
        )
    assert twice == (5 if wrong else 0)

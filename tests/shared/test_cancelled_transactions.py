"""A browser goes away in the middle: its transaction ends, and takes nobody else's along."""

import asyncio
from contextlib import suppress
from itertools import count

import asyncpg
import pytest
from sqlalchemy import text

from shared.db import driver
from shared.db.database import Database
from tests.conftest import NewDatabase

STEPS = 120
"""Steps of the event loop after which the first one is cancelled: from before BEGIN to its end."""


async def look_on(database: Database, *, by_driver: bool) -> None:
    """Read, as a live page does, until it is told to stop."""
    async with database.transaction() as session:
        if by_driver:
            await driver.fetchval(session, "SELECT count(*) FROM noted")
        else:
            await session.scalar(text("SELECT count(*) FROM noted"))


@pytest.mark.parametrize("by_driver", [True, False])
async def test_given_a_transaction_cancelled_anywhere_when_the_next_one_commits_then_all_see_it(
    database_of: NewDatabase,
    by_driver: bool,  # noqa: FBT001 - a value
) -> None:
    made = await database_of("shared")
    database = Database(made.dsn, pool_size=1, name="test cancelled")
    other = await asyncpg.connect(made.dsn)
    await other.execute("CREATE TABLE noted (number bigint)")
    numbers = count(1)

    try:
        for steps in range(STEPS):
            task = asyncio.create_task(look_on(database, by_driver=by_driver))
            for _ in range(steps):
                await asyncio.sleep(0)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            number = next(numbers)
            async with database.transaction() as session:
                await driver.execute(session, "INSERT INTO noted VALUES ($1)", number)

            assert await other.fetchval("SELECT max(number) FROM noted") == number, steps
    finally:
        await other.close()
        await database.close()

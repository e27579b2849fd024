"""Readings: one round trip, no transaction left behind, no connection a request."""

from contextlib import AsyncExitStack

import asyncpg
import pytest
from sqlalchemy import text

from shared.db import driver
from shared.db.database import Database
from tests.conftest import NewDatabase
from tests.support.waiting import eventually


async def is_closed(connection: asyncpg.Connection) -> bool:
    return bool(connection.is_closed())


@pytest.fixture
async def database(database_of: NewDatabase) -> Database:
    """Return a database of its own."""
    return await database_of("shared")


async def test_given_a_reading_when_it_ends_then_its_connection_serves_the_next_one(
    database: Database,
) -> None:
    backends = set()
    for _ in range(3):
        async with database.reading() as reading:
            backends.add(await driver.fetchval(reading, "SELECT pg_backend_pid()"))
            assert not reading.connection.is_in_transaction()

    assert len(backends) == 1


async def test_given_more_readings_at_once_than_are_kept_when_they_end_then_the_pool_has_its_own(
    database: Database,
) -> None:
    async with AsyncExitStack() as at_once:
        for _ in range(12):
            await at_once.enter_async_context(database.reading())

    async with AsyncExitStack() as at_once:
        for _ in range(9):
            session = await at_once.enter_async_context(database.transaction())
            assert await session.scalar(text("SELECT 1")) == 1


async def test_given_a_connection_that_the_server_closed_when_another_reads_then_it_gets_a_new_one(
    database: Database,
) -> None:
    async with database.reading() as reading:
        connection = reading.connection
        backend = await driver.fetchval(reading, "SELECT pg_backend_pid()")
    async with database.transaction() as session:
        await session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": backend})
    await eventually(lambda: is_closed(connection), timeout_seconds=10)

    async with database.reading() as reading:
        assert await driver.fetchval(reading, "SELECT pg_backend_pid()") != backend


async def test_given_a_statement_that_fails_when_reading_then_the_next_reading_works(
    database: Database,
) -> None:
    with pytest.raises(asyncpg.UndefinedTableError):
        async with database.reading() as reading:
            await driver.fetch(reading, "SELECT * FROM no_such_table")

    async with database.reading() as reading:
        assert await driver.fetchval(reading, "SELECT 1") == 1


async def test_given_a_row_just_committed_when_it_is_read_then_it_is_seen(
    database: Database,
) -> None:
    async with database.transaction() as session:
        await driver.execute(
            session, "INSERT INTO rate_hit (bucket, window_start, count) VALUES ('b', now(), 7)"
        )

    async with database.reading() as reading:
        assert await driver.fetchval(reading, "SELECT count FROM rate_hit WHERE bucket = 'b'") == 7

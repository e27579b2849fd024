"""Readings: one round trip, no transaction left behind, no connection a request."""

import asyncpg
import pytest
from sqlalchemy import text

from shared.db import driver
from shared.db.database import Database
from tests.conftest import NewDatabase


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

    async with database.transaction() as session:
        backends.add(await session.scalar(text("SELECT pg_backend_pid()")))

    assert len(backends) == 1


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

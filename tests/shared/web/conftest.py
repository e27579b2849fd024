"""One database for all tests of the doors, empty before each."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from shared.db.database import Database
from shared.vault import Vault
from tests.support.databases import Databases


@pytest.fixture(scope="package")
async def doors_database(templates: Databases) -> AsyncIterator[Database]:
    """A migrated database with the tables that every service has."""
    url = await templates.fresh("shared")
    database = Database(url, vault=Vault("key of the doors"), pool_size=10, name="test doors")
    yield database
    await database.close()
    await templates.drop(url)


@pytest.fixture
async def database(doors_database: Database) -> Database:
    """The same, without what an earlier test left."""
    async with doors_database.transaction() as session:
        await session.execute(text("TRUNCATE session, login, rate_hit, idempotency_key"))
    return doors_database

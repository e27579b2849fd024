"""Real PostgreSQL and Kafka for every test: containers where an engine answers, else embedded."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from typing import Protocol

import pytest
from hypothesis import HealthCheck, settings

from shared import failpoints
from shared.db.database import Database
from shared.vault import Vault
from tests.support.databases import Databases, Prepare, write_without_waiting
from tests.support.environment import ENVIRONMENT
from tests.support.folders import a_folder
from tests.support.servers import Servers, start_servers

os.environ.update(ENVIRONMENT)
settings.register_profile("lephi", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("lephi")  # How long an example takes tells how busy the machine is.


@pytest.fixture(autouse=True)
def _no_hits() -> None:
    """Let each test count its failpoints from the first hit on."""
    failpoints.forget()


class NewDatabase(Protocol):
    """Makes a fresh migrated database, as ``prepare`` fills it."""

    async def __call__(self, package: str, prepare: Prepare | None = None) -> Database: ...


def pytest_report_header() -> str:
    """Say which servers the run will use."""
    from tests.support.servers import chosen  # noqa: PLC0415 - asks the engine only when it is run

    return f"servers: {chosen()}"


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """One PostgreSQL and one Kafka for the whole run."""
    with a_folder("servers") as folder, start_servers(folder) as running:
        os.environ["KAFKA_BOOTSTRAP"] = running.kafka
        asyncio.run(write_without_waiting(running.postgres))
        yield running


@pytest.fixture(scope="session")
def templates(servers: Servers) -> Iterator[Databases]:
    """Migrated databases, one per package, copied for each test."""
    databases = Databases(servers.postgres)
    yield databases
    databases.close()


@pytest.fixture
async def database_of(templates: Databases) -> AsyncIterator[NewDatabase]:
    """Make a fresh migrated database: ``await database_of("fee")``; ``"shared"`` is bare."""
    opened: list[Database] = []

    async def make(package: str, prepare: Prepare | None = None) -> Database:
        url = await templates.fresh(package, prepare)
        vault = Vault(ENVIRONMENT["PARKED_KEY"])
        opened.append(database := Database(url, vault=vault, pool_size=20, name=f"test {package}"))
        return database

    yield make

    for database in opened:
        await database.close()
        templates.forget(database.dsn)

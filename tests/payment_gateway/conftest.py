"""The real application on real PostgreSQL, with a stub of the platform beside it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import text

from payment_gateway.adapters.links import Links
from payment_gateway.domain.payables import Payable
from payment_gateway.main import service_of
from payment_gateway.settings import Settings
from shared.db.database import Database
from shared.links import Purpose
from shared.service import Service
from tests.conftest import NewDatabase
from tests.payment_gateway.both_sides import BANK, BothSides, both_sides, with_channels
from tests.payment_gateway.builders import given_a_payable
from tests.payment_gateway.platform import Platform, a_platform
from tests.payment_gateway.refunding import ALWAYS_EMPTY
from tests.support.databases import Databases
from tests.support.web import client_of


@pytest.fixture
async def database(database_of: NewDatabase) -> Database:
    """A database with channels, banks and empty views."""
    return await database_of("payment_gateway", with_channels)


@dataclass
class Gateway:
    """The application, who asks it, and the platform."""

    client: AsyncClient
    service: Service
    database: Database
    platform: Platform
    links: Links

    async def tell(self, message: dict[str, str]) -> str:
        """Send the platform's callback; return MaLoi of the answer."""
        answer = await self.client.post("/ipn/npsp", json=message)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["MaLoi"])

    async def page(self, path: str, status: int = 200) -> str:
        """Return a page's text, its spaces made one."""
        answer = await self.client.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == status, f"{answer.headers} {answer.text}"
        return " ".join(answer.text.split())

    async def submit(self, path: str, **form: str) -> Response:
        """Send a form."""
        return await self.client.post(path, data=form, headers={"Accept": "text/html"})

    async def column(self, statement: str) -> list[Any]:
        """Return the first column of what ``statement`` selects."""
        async with self.database.transaction() as session:
            return list(await session.scalars(text(statement)))


@pytest.fixture
async def gateway(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Gateway]:
    async with a_platform() as platform:
        monkeypatch.setenv("NPSP_URL", platform.url)
        monkeypatch.setenv("RATE_LIMIT_TRUSTED", "127.0.0.0/8")
        settings = Settings()
        service = service_of(settings)
        links = Links(settings.link_key.get_secret_value(), settings.public_url)
        async with client_of(service, database) as client:
            yield Gateway(client, service, database, platform, links)
        for close in service.closers:
            await close()


@pytest.fixture(scope="module")
async def running_sides(templates: Databases) -> AsyncIterator[BothSides]:
    async with both_sides(templates) as running:
        yield running


@pytest.fixture
async def both(running_sides: BothSides) -> AsyncIterator[BothSides]:
    """Gateway and bank; afterwards no fault is left, and all money is in its place."""
    yield running_sides
    await running_sides.bank.client.delete(f"{BANK}/api/faults")
    for statement in ALWAYS_EMPTY:
        assert await running_sides.gateway.run(statement) == []


@pytest.fixture
async def payable(gateway: Gateway) -> Payable:
    return await given_a_payable(gateway.database)


@pytest.fixture
def token(gateway: Gateway, payable: Payable) -> str:
    return gateway.links.token(Purpose.PAYABLE, payable.id)

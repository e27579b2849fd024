"""The real application of a service, asked over HTTP without a network."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from httpx import ASGITransport, AsyncClient

from shared.db.database import Database
from shared.jobs import JobRunner
from shared.live import Live
from shared.service import Service
from shared.web.app import create_app


@asynccontextmanager
async def client_of(service: Service, database: Database) -> AsyncIterator[AsyncClient]:
    """Return a client on the application of ``service``, which uses ``database``."""
    app = create_app(service, database, Live(), JobRunner(database, service.jobs))
    transport = ASGITransport(app=app, client=("127.0.0.1", 40000))
    async with AsyncClient(transport=transport, base_url="http://lephi.test") as client:
        yield client

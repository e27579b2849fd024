"""A service that is nothing but doors, on a real database, beside a provider over real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvicorn
from fastapi import APIRouter, FastAPI, Request
from httpx import ASGITransport, AsyncClient
from pydantic import SecretStr
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp

from shared.db.database import Database
from shared.errors import DomainError, Kind
from shared.jobs import JobRunner
from shared.live import Live
from shared.settings import ServiceSettings
from shared.web.app import create_app
from shared.web.identity import Role, allow, machine, public
from shared.web.pages import render
from tests.support.servers import free_ports
from tests.support.waiting import eventually

HOST = "lephi.test"
PERSON = {"accept": "text/html"}


class NoSuchPayableError(DomainError):
    """Nothing is due."""

    kind = Kind.NOT_FOUND
    code = "payable-not-found"
    title = "Không tìm thấy trang này"


@dataclass
class Site:
    """What ``create_app`` needs of a service; its templates are the shared ones."""

    settings: ServiceSettings
    routers: Sequence[APIRouter] = ()
    name: str = "desk"
    package: str = "shared.web"
    live: Live = field(default_factory=Live)

    def app(self, database: Database) -> FastAPI:
        """Return the application on ``database``."""
        return create_app(self, database, self.live, JobRunner(database, ()))


def some_settings(**changes: object) -> ServiceSettings:
    """Return settings of the tests with ``changes``."""
    values: dict[str, object] = {
        "database_url": "postgresql://nobody@127.0.0.1:1/none",
        "oidc_client_secret": SecretStr("secret of desk"),
        "KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "PUBLIC_URL": f"http://{HOST}",
        "OIDC_ISSUER": f"http://{HOST}/sso",
        "SESSION_KEY": "session key of the tests",
        "PARKED_KEY": "parked key of the tests",
        "TRUSTED_PROXIES": "127.0.0.1/32",
    }
    return ServiceSettings.model_validate({**values, **changes})


def some_doors() -> APIRouter:
    """Return a page for all, one for officers, an address for machines."""
    router = APIRouter()

    @router.get("/trang", dependencies=[public()])
    async def page(request: Request) -> HTMLResponse:
        return render(request, "shared/failed.html", heading="Trang", code="none")

    @router.get("/can-bo", dependencies=[allow(Role.OFFICER)])
    async def officers(request: Request) -> HTMLResponse:
        return render(request, "shared/failed.html", heading="Bàn làm việc", code="none")

    @router.post("/can-bo", dependencies=[allow(Role.OFFICER)])
    async def act() -> dict[str, bool]:
        return {"done": True}

    @router.get("/api/desk/v1/machines", dependencies=[machine()])
    async def machines() -> dict[str, bool]:
        return {"done": True}

    return router


def a_client(
    app: ASGIApp, *, address: str = "127.0.0.1", host: str = HOST, **headers: str
) -> AsyncClient:
    """Return a browser or a program at ``address``."""
    transport = ASGITransport(app=app, client=(address, 40000), raise_app_exceptions=False)
    return AsyncClient(transport=transport, base_url=f"http://{host}", headers=headers)


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[str]:
    """Serve ``app`` over real HTTP; give its address."""
    port = free_ports(1)[0]
    config = uvicorn.Config(app, port=port, log_level="error", lifespan="off")
    config.timeout_graceful_shutdown = 1
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())

    async def started() -> bool:
        return server.started

    await eventually(started, timeout_seconds=10, pause=0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task

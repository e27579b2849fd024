"""The application of a service: its routes, and around them what every service has."""

from collections.abc import Iterator, Sequence
from re import Pattern
from typing import Protocol

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from shared.db.database import Database
from shared.jobs import JobRunner
from shared.live import Live
from shared.settings import ServiceSettings
from shared.web.docs import docs_router
from shared.web.health import health_router
from shared.web.identity import guard_of
from shared.web.language import language_router, load_catalogues
from shared.web.middleware import Doors, body_limits
from shared.web.oidc import Client, Provider
from shared.web.parked import parked_router
from shared.web.problems import add_problem_handlers
from shared.web.request import BodyLimit
from shared.web.signing import session_cookie, signing_router


class Hosted(Protocol):
    """What the web needs to know of a service; ``shared.service`` is a floor above."""

    @property
    def name(self) -> str:
        """Return the service's name in addresses."""

    @property
    def package(self) -> str:
        """Return the package that holds its templates."""

    @property
    def settings(self) -> ServiceSettings:
        """Return its settings."""

    @property
    def routers(self) -> Sequence[APIRouter]:
        """Return its own doors."""


def create_app(service: Hosted, database: Database, live: Live, jobs: JobRunner) -> FastAPI:
    """Return the ASGI application of ``service``.

    Raises ValueError if a route does not say for whom it is.
    """
    settings = service.settings
    provider = _provider(service)
    api = f"/api/{service.name}"
    routers = all_routers(service, provider)
    app = FastAPI(
        # Flat: an included router is matched twice for each request.
        routes=list(routes_of(routers)),
        title=f"Lệ Phí: {service.name}",
        version="1.0.0",
        openapi_url=f"{api}/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    load_catalogues()
    app.state.service, app.state.settings = service, settings
    app.state.database, app.state.live, app.state.jobs = database, live, jobs
    app.state.session_cookie = session_cookie(service.name, settings.public_url)
    app.state.verify_bearer = provider.verify_bearer
    app.state.readiness = []
    add_problem_handlers(app)
    app.add_middleware(
        Doors,
        service=service.name,
        public_url=settings.public_url,
        body_limits=body_limits(list(_special_limits(routers))),
    )
    return app


def all_routers(service: Hosted, provider: Provider | None = None) -> tuple[APIRouter, ...]:
    """Return the service's own doors and those that every service has."""
    name, public_url = service.name, service.settings.public_url
    return (
        *service.routers,
        parked_router(name),
        language_router(name),
        signing_router(name, public_url, provider or _provider(service)),
        docs_router(name),
        health_router(name),
    )


def routes_of(routers: Sequence[APIRouter]) -> Iterator[APIRoute]:
    """Yield every route; raise TypeError for one that no test of rights could see."""
    for router in routers:
        for route in router.routes:
            if not isinstance(route, APIRoute):
                raise TypeError(f"{route!r}: give create_app flat routers of API routes")
            yield route


def _special_limits(routers: Sequence[APIRouter]) -> Iterator[tuple[Pattern[str], int]]:
    """Yield the paths that take larger bodies; meet every guard on the way."""
    for route in routes_of(routers):
        guard_of(route)
        for dependency in route.dependencies:
            if isinstance(dependency.dependency, BodyLimit):
                yield route.path_regex, dependency.dependency.max_bytes


def _provider(service: Hosted) -> Provider:
    settings = service.settings
    client = Client(
        client_id=f"lephi-{service.name}",
        client_secret=settings.oidc_client_secret.get_secret_value(),
        redirect_uri=f"{settings.public_url}/api/{service.name}/oidc/callback",
    )
    return Provider(settings, client)

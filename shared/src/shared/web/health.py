"""Whether this process lives, whether it can answer, and its figures for Prometheus."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, Response

from shared.web.identity import public
from shared.web.request import database_of

Readiness = Callable[[], Awaitable[str | None]]
"""Says why this process must not answer now; None: it may."""

_PATIENCE_SECONDS: Final = 2.0


async def _database_away(request: Request) -> str | None:
    try:
        async with (
            asyncio.timeout(_PATIENCE_SECONDS),
            database_of(request).transaction() as session,
        ):
            await session.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        return f"database: {type(error).__name__}"
    return None


async def show_live() -> dict[str, str]:
    """Say that the process runs; Kubernetes restarts it when this fails."""
    return {"status": "live"}


async def show_ready(request: Request) -> JSONResponse:
    """Say whether requests may come here; 503 with the reason if not."""
    reasons = [await _database_away(request)]
    reasons += [await check() for check in request.app.state.readiness]
    if found := [reason for reason in reasons if reason is not None]:
        return JSONResponse({"status": "not ready", "reason": "; ".join(found)}, status_code=503)
    return JSONResponse({"status": "ready"})


async def show_metrics() -> Response:
    """Return this process's figures in Prometheus' text format."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def health_router(service: str) -> APIRouter:
    """Return the doors for Kubernetes and Prometheus."""
    router = APIRouter(include_in_schema=False)
    for prefix in ("", f"/api/{service}"):
        for path, door in (
            ("/health/live", show_live),
            ("/health/ready", show_ready),
            ("/metrics", show_metrics),
        ):
            router.add_api_route(prefix + path, door, dependencies=[public()], response_model=None)
    return router

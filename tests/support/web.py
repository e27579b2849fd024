"""The real application of a service, asked over HTTP without a network."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from httpx import ASGITransport, AsyncClient
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.db.database import Database
from shared.jobs import JobRunner
from shared.live import Live
from shared.service import Service
from shared.web.app import create_app


@asynccontextmanager
async def client_of(service: Service, database: Database) -> AsyncIterator[AsyncClient]:
    """Return a client on the application of ``service``, which uses ``database``."""
    app = create_app(service, database, Live(), JobRunner(database, service.jobs))
    transport = ASGITransport(app=_leaving_streams(app), client=("127.0.0.1", 40000))
    async with AsyncClient(transport=transport, base_url="http://lephi.test") as client:
        yield client


def _leaving_streams(app: ASGIApp) -> ASGIApp:
    """Let who asks for an event stream go as soon as it has begun: it has no end to wait for."""

    async def asked(scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.Event()
        is_stream = is_asked = False

        async def hear() -> Message:
            nonlocal is_asked
            if is_asked:
                await gone.wait()
                return {"type": "http.disconnect"}
            message = await receive()
            is_asked = not message.get("more_body", False)
            return message

        async def tell(message: Message) -> None:
            nonlocal is_stream
            await send(message)
            if message["type"] == "http.response.start":
                kind = Headers(raw=message["headers"]).get("content-type", "")
                is_stream = kind.startswith("text/event-stream")
            if is_stream or not message.get("more_body", True):
                gone.set()

        await app(scope, hear, tell)
        if is_stream:
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    return asked

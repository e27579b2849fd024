"""The mail catcher's two doors: SMTP takes messages, a small page under ``/thu-thu`` shows them."""

import os
from dataclasses import asdict
from functools import partial
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Final

from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route

from lephi.mail import store
from shared.web.language import COOKIE as LANGUAGE_COOKIE
from shared.web.language import current_language, use_language
from shared.web.pages import Shell, environment_of

_POLICY: Final = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
_LARGEST_BYTES: Final = 20 * 1024 * 1024


class Catcher:
    """Takes every message for everyone, and sends nothing on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802 - aiosmtpd's
        """Keep one message (aiosmtpd calls it)."""
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        return f"250 kept as {store.keep(self._folder, raw)}"


def smtp_protocol(folder: Path) -> SMTP:
    """Return the server's side of one SMTP connection."""
    return SMTP(
        Catcher(folder), hostname="thu-thu", enable_SMTPUTF8=True, data_size_limit=_LARGEST_BYTES
    )


def create_app(folder: Path) -> Starlette:
    """Return the page's application; strangers on the network are shown nothing."""
    routes = [
        Route("/", partial(_show_all, folder)),
        Route("/api/messages", partial(_list_all, folder)),
        Route("/{message_id:uuid}", partial(_show_one, folder)),
    ]
    return Starlette(routes=[Mount("/thu-thu", routes=routes)])


async def _list_all(folder: Path, request: Request) -> Response:
    if not _is_local(request):
        return Response(status_code=403)
    messages = [asdict(message) for message in store.newest(folder)]
    for message in messages:
        message["from"] = message.pop("sender")
    return JSONResponse(messages)


async def _show_all(folder: Path, request: Request) -> Response:
    if not _is_local(request):
        return Response(status_code=403)
    return _page(request, "messages.html", messages=store.newest(folder))


async def _show_one(folder: Path, request: Request) -> Response:
    message = store.find(folder, str(request.path_params["message_id"]))
    if message is None or not _is_local(request):
        return Response(status_code=404)
    return _page(request, "message.html", message=message)


def _is_local(request: Request) -> bool:
    """Say whether the reader sits at this machine: messages hold links that open receipts."""
    forwarded = request.headers.get("x-forwarded-for", "").split(",")[0].strip()
    address = forwarded or (request.client.host if request.client else "")
    try:
        return ip_address(address).is_loopback or _is_own_bridge(address)
    except ValueError:
        return False


def _is_own_bridge(address: str) -> bool:
    """Say whether ``address`` is a container engine's bridge to this machine."""
    return ip_address(address) in ip_network("172.16.0.0/12")


def _page(request: Request, template: str, **context: object) -> Response:
    use_language(request.cookies.get(LANGUAGE_COOKIE))
    shell = Shell(
        service="dossier", path=request.url.path, here=request.url.path,
        language=current_language(), support_phone=os.environ.get("SUPPORT_PHONE", ""), user=None,
    )  # fmt: skip
    page = environment_of("lephi.mail").get_template(template)
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": _POLICY}
    return HTMLResponse(page.render({"shell": shell, **context}), headers=headers)

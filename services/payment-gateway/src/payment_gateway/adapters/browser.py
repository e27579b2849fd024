"""The browser at the other end: the links it follows, its cookies, the bank it waits for."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Final, cast
from uuid import UUID

from fastapi import Depends, Request
from starlette.responses import Response

from payment_gateway.adapters.links import Links, payer_cookie, remember_attempt
from payment_gateway.adapters.paying import Hall
from payment_gateway.settings import Settings
from shared.links import Purpose, read_token
from shared.web.request import cause_of, database_of, run_now, settings_of

Configured = Annotated[Settings, Depends(settings_of(Settings))]
"""This service's settings, in a route."""

_COOKIE_SECONDS: Final = 30 * 24 * 3600
_BANK_COOKIE: Final = "last-bank"
_BANK_SECONDS: Final = 365 * 24 * 3600


def links_of(request: Request) -> Links:
    """Return what makes and reads this service's links."""
    settings = cast("Settings", request.app.state.settings)
    return Links(settings.link_key.get_secret_value(), settings.public_url)


async def _links(request: Request) -> Links:
    # A plain function would be run in a thread, for every request.
    return links_of(request)


LinkMaker = Annotated[Links, Depends(_links)]
"""Makes and reads links, in a route."""


def hall_of(request: Request, clock: Callable[[], datetime]) -> Hall:
    """Return what leads a payer from a choice to the bank."""
    run: Callable[[str, UUID, float], Awaitable[bool]] = partial(run_now, request)
    return Hall(database_of(request), run, clock, cause_of(request))


def remember_payer(request: Request, answer: Response, payable_id: UUID, token: str) -> None:
    """Give the browser that pays its ``a`` token as a cookie."""
    is_secure = _is_secure(request)
    name = payer_cookie(payable_id, is_secure=is_secure)
    answer.set_cookie(
        name,
        remember_attempt(request.cookies.get(name, ""), token),
        max_age=_COOKIE_SECONDS,
        httponly=True,
        samesite="lax",
        secure=is_secure,
    )


def attempts_of_browser(request: Request, payable_id: UUID, links: Links) -> Sequence[UUID]:
    """Return the attempts at this payable that this browser made, the newest first."""
    name = payer_cookie(payable_id, is_secure=_is_secure(request))
    tokens = request.cookies.get(name, "").split(".")
    found = (read_token(links.key, Purpose.ATTEMPT, token) for token in tokens)
    return [attempt_id for attempt_id in found if attempt_id is not None]


def remember_bank(request: Request, answer: Response, bank_code: str) -> None:
    """Let the list begin with this bank next time."""
    answer.set_cookie(
        _BANK_COOKIE,
        bank_code,
        max_age=_BANK_SECONDS,
        path="/p",
        httponly=True,
        samesite="lax",
        secure=_is_secure(request),
    )


def last_bank(request: Request) -> str | None:
    """Return the bank that this browser used last."""
    return request.cookies.get(_BANK_COOKIE)


def _is_secure(request: Request) -> bool:
    settings: Settings = request.app.state.settings
    return settings.public_url.startswith("https:")

"""The counter: an officer's desk drives a display that faces the citizen."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from payment_gateway.adapters.browser import LinkMaker
from payment_gateway.adapters.links import Links
from payment_gateway.domain.displays import IDLE, Face, face
from payment_gateway.domain.errors import (
    DisplayNotFoundError,
    NothingDueError,
    PairingCodeWrongError,
    PayableNotFoundError,
)
from payment_gateway.pages.payable import TAGS
from payment_gateway.use_cases import displays, look, waiting
from payment_gateway.use_cases.displays import Desk
from shared.clock import utc_now
from shared.db.database import Database, is_disconnection
from shared.dossier_code import InvalidDossierCodeError, parse_dossier_code
from shared.links import Purpose
from shared.web import sessions
from shared.web.identity import NoRightError, Role, SignedIn, User, allow, public
from shared.web.live import message_of
from shared.web.pages import render, translate
from shared.web.request import Transaction, database_of

_OFFICERS: Final = [allow(Role.OFFICER)]
_ALL: Final = [public()]
_LOOK_SECONDS: Final = 0.5
_STILL_HERE_AFTER: Final = 30
"""Looks between two comments that keep the connection open: 15 s."""

router = APIRouter(include_in_schema=False)


@router.get("/can-bo/quay", dependencies=_OFFICERS)
async def show_desk(request: Request, user: SignedIn, links: LinkMaker) -> Response:
    """Show what the display shows, and how to drive and pair it."""
    return await _desk_page(request, user, links)


@router.post("/can-bo/quay/hien", dependencies=_OFFICERS)
async def show_on_display(
    request: Request,
    user: SignedIn,
    links: LinkMaker,
    ma: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Put a dossier on the display, by its code as typed or scanned."""
    try:
        code = parse_dossier_code(ma)
    except InvalidDossierCodeError as invalid:
        return await _desk_page(request, user, links, wrong=_Typed(ma, invalid.title))
    async with database_of(request).transaction() as session:
        payable = await look.find_payable(session, code)
        if payable is not None and payable.takes_money:
            await displays.show_dossier(session, _desk(request, user), code, now=utc_now())
            return RedirectResponse("/can-bo/quay", status_code=303)
    why = NothingDueError.title if payable is not None else PayableNotFoundError.title
    return await _desk_page(request, user, links, wrong=_Typed(code, why))


@router.post("/can-bo/quay/xoa", dependencies=_OFFICERS)
async def clear_display(request: Request, session: Transaction, user: SignedIn) -> Response:
    """Let the display show nothing."""
    await displays.show_dossier(session, _desk(request, user), None, now=utc_now())
    return RedirectResponse("/can-bo/quay", status_code=303)


@router.post("/can-bo/quay/ghep", dependencies=_OFFICERS)
async def open_pairing(request: Request, session: Transaction, user: SignedIn) -> Response:
    """Give a code of six digits by which a screen finds this desk."""
    await displays.open_pairing(session, _desk(request, user), now=utc_now())
    return RedirectResponse("/can-bo/quay", status_code=303)


@router.post("/can-bo/quay/ngat", dependencies=_OFFICERS)
async def revoke_display(request: Request, session: Transaction, user: SignedIn) -> Response:
    """End the display's link."""
    await displays.revoke_display(session, _desk(request, user), now=utc_now())
    return RedirectResponse("/can-bo/quay", status_code=303)


@router.get("/quay/ghep", dependencies=_ALL)
async def show_pairing(request: Request) -> Response:
    """Ask a screen for the six digits that its desk shows."""
    return render(request, "pairing.html", error="")


@router.post("/quay/ghep", dependencies=_ALL)
async def pair(
    request: Request, links: LinkMaker, ma: Annotated[str, Form(max_length=20)] = ""
) -> Response:
    """Pair this screen with the desk that shows these digits."""
    try:
        async with database_of(request).transaction() as session:
            display_id = await displays.pair_display(session, ma, now=utc_now())
    except PairingCodeWrongError as error:
        return render(request, "pairing.html", error=translate(error.title), status=422)
    return RedirectResponse(_display_path(links, display_id), status_code=303)


@router.get("/quay/{token}", dependencies=_ALL)
async def show_display(request: Request, token: str, links: LinkMaker) -> Response:
    """Show what the desk put there; else the agency's name and the clock."""
    display_id, now = links.read(Purpose.DISPLAY, token), utc_now()
    try:
        async with database_of(request).transaction() as session:
            display, payable = await displays.look_at_display(session, display_id, now=now)
    except DisplayNotFoundError as error:
        return render(request, "pairing.html", error=translate(error.title))
    shown = face(display, payable, now=now)
    left = IDLE - (now - display.shown_at) if display.shown_at is not None else IDLE
    return render(
        request,
        "display.html",
        display=display,
        payable=payable,
        face=shown,
        token=token,
        blank_after=max(1, int(left.total_seconds())),
        now=now,
    )


@router.get("/quay/{token}/events", dependencies=_ALL)
async def follow_display(request: Request, token: str, links: LinkMaker) -> Response:
    """Tell the display, and its desk, when it has to be drawn again."""
    display_id = links.read(Purpose.DISPLAY, token)
    database = database_of(request)

    async def read() -> str:
        return await _signature(database, display_id)

    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_told(read), media_type="text/event-stream", headers=headers)


async def _told(read: Callable[[], Awaitable[str]]) -> AsyncIterator[str]:
    """Look twice a second: what a display shows changes by its desk, by time and by facts."""
    last, looks = "", 0
    while True:
        try:
            text = await read()
        except Exception as error:
            if is_disconnection(error):
                return  # The browser connects again by itself.
            raise
        if text != last:
            yield message_of("status", text)
        elif looks % _STILL_HERE_AFTER == 0:
            yield ": \n\n"
        last, looks = text, looks + 1
        await asyncio.sleep(_LOOK_SECONDS)


async def _signature(database: Database, display_id: UUID) -> str:
    now = utc_now()
    try:
        async with database.transaction() as session:
            display, payable = await displays.look_at_display(session, display_id, now=now)
    except DisplayNotFoundError:
        return "gone"
    shown = face(display, payable, now=now)
    if shown is Face.BLANK or payable is None:
        paired = "paired" if display.pairing_code is None else "pairing"
        return f"{shown.value} {paired}"
    return f"{shown.value} {payable.dossier_code} {payable.remaining_vnd} {display.shown_at}"


def _display_path(links: Links, display_id: UUID) -> str:
    return f"/quay/{links.token(Purpose.DISPLAY, display_id)}"


def _desk(request: Request, user: User) -> Desk:
    secret = request.cookies.get(request.app.state.session_cookie)
    if secret is None or user.agency_code is None:
        raise NoRightError("a desk is a browser, signed in, of an agency")
    name = user.agency_name or user.agency_code
    return Desk(sessions.hashed(secret), user.subject, user.agency_code, name)


@dataclass(frozen=True)
class _Typed:
    """A code that cannot be shown, and why, in Vietnamese."""

    text: str
    error: str


async def _desk_page(
    request: Request, user: User, links: Links, *, wrong: _Typed | None = None
) -> Response:
    desk, now = _desk(request, user), utc_now()
    async with database_of(request).transaction() as session:
        display = await displays.display_of_desk(session, desk, now=now)
        code = display.dossier_code
        payable = await look.find_payable(session, code) if code is not None else None
        waits = await waiting.waits(session, now=now)
    is_pairing = display.pairing_until is not None and display.pairing_until > now
    return render(
        request,
        "desk.html",
        display=display,
        payable=payable,
        face=face(display, payable, now=now),
        tag=TAGS[payable.public_status] if payable is not None else None,
        pairing_code=display.pairing_code if is_pairing else None,
        waits=waits,
        display_path=_display_path(links, display.id),
        pairing_address=f"{links.public_url}/quay/ghep",
        typed=wrong.text if wrong is not None else "",
        error=translate(wrong.error) if wrong is not None else "",
        status=422 if wrong is not None else 200,
    )

"""The counter display: paired, driven, revoked."""

import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain.displays import PAIRING_LIFE, Display
from payment_gateway.domain.errors import DisplayNotFoundError, PairingCodeWrongError
from payment_gateway.domain.payables import Payable, shown
from payment_gateway.repository import displays as rows
from payment_gateway.repository import payables as payable_rows
from shared.ids import new_id

_PAIRING_CODES = 10**6
_PAIRING: Final = re.compile(r"\d{6}", re.ASCII)


@dataclass(frozen=True)
class Desk:
    """An officer's desk: its session, and whose it is."""

    session_id: str
    officer_id: str
    agency_code: str
    agency_name: str


async def display_of_desk(session: AsyncSession, desk: Desk, *, now: datetime) -> Display:
    """Return the display of this desk, made at first sight."""
    display = await rows.desk_display(session, desk.session_id)
    if display is not None:
        return display
    display = Display(new_id(), desk.agency_code, desk.agency_name, None, None, None, None)
    await rows.insert_display(
        session, display, session_id=desk.session_id, officer_id=desk.officer_id, now=now
    )
    return await rows.desk_display(session, desk.session_id) or display


async def open_pairing(session: AsyncSession, desk: Desk, *, now: datetime) -> None:
    """Give six digits by which a screen finds this desk within five minutes."""
    display = await display_of_desk(session, desk, now=now)
    code = f"{secrets.randbelow(_PAIRING_CODES):06d}"
    await rows.set_pairing(session, display.id, code, until=now + PAIRING_LIFE)


async def pair_display(session: AsyncSession, code: str, *, now: datetime) -> UUID:
    """Return the display that ``code`` opens, once; raise PairingCodeWrongError."""
    digits = "".join(unicodedata.normalize("NFKC", code).split())
    is_code = _PAIRING.fullmatch(digits) is not None
    display_id = await rows.take_pairing(session, digits, now=now) if is_code else None
    if display_id is None:
        raise PairingCodeWrongError("no desk waits for this code")
    return display_id


async def show_dossier(
    session: AsyncSession, desk: Desk, dossier_code: str | None, *, now: datetime
) -> UUID:
    """Let the desk's display show a dossier, or nothing; return the display."""
    display = await display_of_desk(session, desk, now=now)
    await rows.show_on_display(session, display.id, dossier_code, now=now)
    return display.id


async def revoke_display(session: AsyncSession, desk: Desk, *, now: datetime) -> UUID:
    """End the desk's display; a new one gets a new link."""
    display = await display_of_desk(session, desk, now=now)
    await rows.revoke_display(session, display.id, now=now)
    return display.id


async def look_at_display(
    session: AsyncSession, display_id: UUID, *, now: datetime
) -> tuple[Display, Payable | None]:
    """Return a display and the payable it was told to show.

    Raises DisplayNotFoundError when its desk signed out.
    """
    display = await rows.read_display(session, display_id, now=now)
    if display is None:
        raise DisplayNotFoundError("not paired, revoked, or its desk signed out")
    if display.dossier_code is None:
        return display, None
    return display, shown(await payable_rows.payables_of(session, display.dossier_code))

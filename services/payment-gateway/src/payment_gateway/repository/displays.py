"""Counter displays: paired with a desk, driven, revoked with the desk's session."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain.displays import DESK_IDLE, Display
from payment_gateway.tables.channels import DisplayRow
from shared.db.web_tables import SessionRow

_LIVES: Final = DisplayRow.revoked_at.is_(None)


def _desk_is_signed_in(now: datetime) -> ColumnElement[bool]:
    """The display lives as long as the session that paired it: revoked at sign-out."""
    return exists().where(
        SessionRow.id == DisplayRow.session_id,
        SessionRow.expires_at > now,
        SessionRow.last_seen_at > now - DESK_IDLE,
    )


def _display(row: DisplayRow) -> Display:
    return Display(
        id=row.id, agency_code=row.agency_code, agency_name=row.agency_name,
        dossier_code=row.dossier_code, shown_at=row.shown_at, pairing_code=row.pairing_code,
        pairing_until=row.pairing_until,
    )  # fmt: skip


async def desk_display(session: AsyncSession, session_id: str) -> Display | None:
    """Return the display that the desk of that session drives."""
    statement = select(DisplayRow).where(DisplayRow.session_id == session_id, _LIVES)
    row = await session.scalar(statement)
    return None if row is None else _display(row)


async def insert_display(
    session: AsyncSession, display: Display, *, session_id: str, officer_id: str, now: datetime
) -> None:
    """Store a new display of a desk; a desk drives one."""
    statement = insert(DisplayRow).values(
        id=display.id, session_id=session_id, officer_id=officer_id,
        agency_code=display.agency_code, agency_name=display.agency_name, created_at=now,
    )  # fmt: skip
    await session.execute(statement.on_conflict_do_nothing())


async def read_display(session: AsyncSession, display_id: UUID, *, now: datetime) -> Display | None:
    """Return a display whose desk is still signed in."""
    statement = select(DisplayRow).where(
        DisplayRow.id == display_id, _LIVES, _desk_is_signed_in(now)
    )
    row = await session.scalar(statement)
    return None if row is None else _display(row)


async def set_pairing(
    session: AsyncSession, display_id: UUID, code: str | None, *, until: datetime | None
) -> None:
    """Store the six digits by which a screen finds its desk; older ones of other desks end."""
    if code is not None:
        clear = update(DisplayRow).where(DisplayRow.pairing_code == code)
        await session.execute(clear.values(pairing_code=None, pairing_until=None))
    statement = update(DisplayRow).where(DisplayRow.id == display_id)
    await session.execute(statement.values(pairing_code=code, pairing_until=until))


async def take_pairing(session: AsyncSession, code: str, *, now: datetime) -> UUID | None:
    """Return the display that waits for ``code``, and use the code up."""
    statement = (
        update(DisplayRow)
        .where(
            DisplayRow.pairing_code == code,
            DisplayRow.pairing_until > now,
            _LIVES,
            _desk_is_signed_in(now),
        )
        .values(pairing_code=None, pairing_until=None)
        .returning(DisplayRow.id)
    )
    found: UUID | None = await session.scalar(statement)
    return found


async def show_on_display(
    session: AsyncSession, display_id: UUID, dossier_code: str | None, *, now: datetime
) -> None:
    """Store which dossier the desk shows; None: nothing."""
    statement = update(DisplayRow).where(DisplayRow.id == display_id)
    await session.execute(statement.values(dossier_code=dossier_code, shown_at=now))


async def revoke_display(session: AsyncSession, display_id: UUID, *, now: datetime) -> None:
    """End a display: its link opens nothing any more."""
    statement = update(DisplayRow).where(DisplayRow.id == display_id)
    await session.execute(statement.values(revoked_at=now, dossier_code=None, pairing_code=None))

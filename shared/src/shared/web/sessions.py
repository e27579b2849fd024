"""Sessions and sign-ins under way: rows of the service's own database."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.web_tables import LoginRow, SessionRow

LIFE: Final = timedelta(hours=12)
"""A working day; then the provider is asked again."""
IDLE: Final = timedelta(hours=1)
"""A desk that nobody used for so long is signed out."""
LOGIN_LIFE: Final = timedelta(minutes=10)
_SEEN_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Login:
    """What a sign-in under way must bring back."""

    state: str
    nonce: str
    verifier: str
    next_path: str


def hashed(secret: str) -> str:
    """Return how a cookie's value is stored: a thief of the table cannot use it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_secret() -> str:
    """Return what a new session's cookie holds: 256 bits of chance."""
    return secrets.token_urlsafe(32)


async def start_login(session: AsyncSession, next_path: str, *, now: datetime) -> Login:
    """Store and return a new sign-in that ends at ``next_path``; forget stale ones."""
    await session.execute(delete(LoginRow).where(LoginRow.created_at < now - LOGIN_LIFE))
    login = Login(
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        next_path=next_path,
    )
    session.add(
        LoginRow(
            state=login.state, nonce=login.nonce, verifier=login.verifier,
            next_path=login.next_path, created_at=now,
        )
    )  # fmt: skip
    await session.flush()
    return login


async def take_login(session: AsyncSession, state: str, *, now: datetime) -> Login | None:
    """Return the sign-in of ``state`` and forget it; None if it is unknown, used or too old."""
    statement = (
        delete(LoginRow)
        .where(LoginRow.state == state, LoginRow.created_at >= now - LOGIN_LIFE)
        .returning(LoginRow.nonce, LoginRow.verifier, LoginRow.next_path)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        return None
    return Login(state=state, nonce=row.nonce, verifier=row.verifier, next_path=row.next_path)


async def open_session(session: AsyncSession, row: SessionRow) -> None:
    """Store a new session, and forget those that are over."""
    await session.execute(delete(SessionRow).where(SessionRow.expires_at < row.created_at))
    session.add(row)
    await session.flush()


async def find_session(session: AsyncSession, secret: str, *, now: datetime) -> SessionRow | None:
    """Return the session whose cookie holds ``secret``; None if there is none, or it is over."""
    row: SessionRow | None = await session.get(SessionRow, hashed(secret))
    if row is None or row.expires_at <= now or row.last_seen_at <= now - IDLE:
        return None
    if row.last_seen_at <= now - _SEEN_EVERY:
        await session.execute(
            update(SessionRow).where(SessionRow.id == row.id).values(last_seen_at=now)
        )
    return row


async def close_session(session: AsyncSession, secret: str) -> str | None:
    """End the session; return its id token, None if there was none."""
    statement = (
        delete(SessionRow).where(SessionRow.id == hashed(secret)).returning(SessionRow.id_token)
    )
    return (await session.execute(statement)).scalar_one_or_none()

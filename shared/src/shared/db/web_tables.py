"""The tables of the doors: sessions, sign-ins under way, counted look-ups, answers kept."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, func
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.metadata import MessagingBase


class SessionRow(MessagingBase):
    """One browser that is signed in; the cookie holds a secret, this row its hash."""

    __tablename__ = "session"
    __table_args__ = (Index("session_expires_at", "expires_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    """SHA-256 of the cookie's value, in hexadecimal."""
    subject: Mapped[str]
    """The person's opaque identifier at the provider."""
    name: Mapped[str]
    roles: Mapped[list[str]]
    agency_code: Mapped[str | None]
    agency_name: Mapped[str | None]
    id_number: Mapped[str | None]
    """Số định danh cá nhân; citizens only."""
    id_token: Mapped[str]
    """Shown to the provider at sign-out."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class LoginRow(MessagingBase):
    """A sign-in under way: what must come back from the provider. Used once."""

    __tablename__ = "login"

    state: Mapped[str] = mapped_column(primary_key=True)
    nonce: Mapped[str]
    verifier: Mapped[str]
    """The PKCE secret (RFC 7636) whose hash the provider has."""
    next_path: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class RateHitRow(MessagingBase):
    """How often a bucket was hit in one window of time; shared by all processes of a service."""

    __tablename__ = "rate_hit"
    __table_args__ = (Index("rate_hit_window_start", "window_start"),)

    bucket: Mapped[str] = mapped_column(primary_key=True)
    """Kind and a keyed hash of the address; no address is stored."""
    window_start: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int]


class IdempotencyKeyRow(MessagingBase):
    """The answer given under an Idempotency-Key, stored in the transaction of its effect."""

    __tablename__ = "idempotency_key"
    __table_args__ = (Index("idempotency_key_created_at", "created_at"),)

    scope: Mapped[str] = mapped_column(primary_key=True)
    """Method and path: the same key elsewhere is another key."""
    key: Mapped[str] = mapped_column(primary_key=True)
    body_hash: Mapped[str]
    """SHA-256 of the request's body, in hexadecimal."""
    status: Mapped[int]
    answer: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

"""What a payer may choose, and the displays that show it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from payment_gateway.tables.model import Base
from shared.contracts.parts import PaymentChannel


class ChannelRow(Base):
    """One channel that payers may choose; loaded from channels.csv."""

    __tablename__ = "channel"

    code: Mapped[PaymentChannel] = mapped_column(primary_key=True)
    place: Mapped[int]
    name: Mapped[str]
    kind: Mapped[str]
    min_vnd: Mapped[int]
    max_vnd: Mapped[int]


class BankRow(Base):
    """A bank or wallet on a channel's page; loaded from banks.csv."""

    __tablename__ = "bank"

    channel: Mapped[PaymentChannel] = mapped_column(ForeignKey("channel.code"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[int]
    name: Mapped[str]
    full_name: Mapped[str]
    kind: Mapped[str]
    mark: Mapped[str]


class DisplayRow(Base):
    """A counter display and the desk that drives it."""

    __tablename__ = "display"
    __table_args__ = (
        Index(
            "display_pairing",
            "pairing_code",
            unique=True,
            postgresql_where=text("pairing_code IS NOT NULL"),
        ),
        Index(
            "display_desk", "session_id", unique=True, postgresql_where=text("revoked_at IS NULL")
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[str]
    """The session of the desk that drives it: when it ends, so does the display."""
    officer_id: Mapped[str]
    """Opaque subject of the officer."""
    agency_code: Mapped[str]
    agency_name: Mapped[str]
    pairing_code: Mapped[str | None]
    pairing_until: Mapped[datetime | None]
    dossier_code: Mapped[str | None]
    shown_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

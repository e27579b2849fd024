"""The bank's own tables: payments, what it tells about them, and the faults asked for."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from mock_bank.domain.payments import Channel, Status
from mock_bank.domain.refunds import RefundState
from mock_bank.domain.statements import Spoil
from mock_bank.domain.tellings import Delivery, Fault, Result
from shared.db.metadata import TYPE_MAP, new_metadata


class Base(DeclarativeBase):
    """All tables of the mock bank."""

    metadata = new_metadata()
    type_annotation_map = TYPE_MAP


class PaymentRow(Base):
    """One payment that a partner began with INIT."""

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("channel", "partner", "reference"),
        Index("payment_decided", "channel", "decided_at"),
        CheckConstraint("amount_vnd > 0", name="amount"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ordinal: Mapped[int] = mapped_column(Identity(always=True), unique=True)
    channel: Mapped[Channel]
    partner: Mapped[str]
    reference: Mapped[str]
    amount_vnd: Mapped[int]
    bank_code: Mapped[str]
    """As the partner sent it; ``PAYMENT`` until the payer has chosen."""
    description: Mapped[str]
    dossier_code: Mapped[str]
    collector: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    """What else the protocol sends back as it came, by name; all values are texts."""
    status: Mapped[Status]
    wrong_codes: Mapped[int]
    paid_vnd: Mapped[int | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    transaction_code: Mapped[str | None] = mapped_column(unique=True)
    """MaGiaoDich: given when the bank decides."""


class TellingRow(Base):
    """One callback; ``due_at`` is when to try next, None when there is nothing left to do."""

    __tablename__ = "telling"
    __table_args__ = (
        Index("telling_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index("telling_payment", "payment_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payment.id"))
    result: Mapped[Result]
    amount_vnd: Mapped[int]
    said_at: Mapped[datetime]
    forged: Mapped[bool]
    status: Mapped[Delivery]
    attempts: Mapped[int]
    due_at: Mapped[datetime | None]
    last_answer: Mapped[str | None]


class RefundRow(Base):
    """Money that a partner gave back to its payer, or wanted to."""

    __tablename__ = "refund"
    __table_args__ = (
        UniqueConstraint("channel", "key"),
        Index("refund_payment", "payment_id"),
        CheckConstraint("amount_vnd > 0", name="amount"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ordinal: Mapped[int] = mapped_column(Identity(always=True), unique=True)
    channel: Mapped[Channel]
    key: Mapped[str]
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payment.id"))
    amount_vnd: Mapped[int]
    status: Mapped[RefundState]
    at: Mapped[datetime]


class FaultRow(Base):
    """A fault that the next ``remaining`` payments of ``channel`` will meet."""

    __tablename__ = "fault"
    __table_args__ = (CheckConstraint("remaining > 0", name="remaining"),)

    channel: Mapped[Channel] = mapped_column(primary_key=True)
    fault: Mapped[Fault] = mapped_column(primary_key=True)
    remaining: Mapped[int]
    after_ms: Mapped[int]


class PlantedRow(Base):
    """A payment that its day's settlement file tells otherwise, until faults are taken back."""

    __tablename__ = "planted"
    __table_args__ = (Index("planted_day", "channel", "day_on"),)

    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payment.id"), primary_key=True)
    channel: Mapped[Channel]
    day_on: Mapped[date]
    kind: Mapped[Spoil]

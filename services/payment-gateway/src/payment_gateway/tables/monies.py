"""Money that arrived, what goes back of it, and messages that could not be acted on."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from payment_gateway.domain import monies, refunds
from payment_gateway.tables.model import Base, among
from payment_gateway.tables.payables import AttemptRow, PayableRow
from shared.contracts.money import RefundReason, RefundScope
from shared.contracts.parts import PaymentChannel
from shared.contracts.payment import UnmatchedKind

_OPEN_REFUND: Final = among("status", tuple(s.value for s in refunds.OPEN))


class MoneyRow(Base):
    """Money that arrived, by its natural key; applied + unmatched + refunded = amount."""

    __tablename__ = "money"
    __table_args__ = (
        UniqueConstraint("channel", "channel_reference"),
        Index("money_payable", "payable_id"),
        Index("money_attempt", "attempt_id"),
        Index("money_problem", "id", postgresql_where=text("problem IS NOT NULL")),
        CheckConstraint("amount_vnd > 0", name="amount"),
        CheckConstraint(
            "applied_vnd >= 0 AND unmatched_vnd >= 0 AND refunded_vnd >= 0"
            " AND applied_vnd + unmatched_vnd + refunded_vnd = amount_vnd",
            name="parts",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[PaymentChannel]
    channel_reference: Mapped[str]
    amount_vnd: Mapped[int]
    applied_vnd: Mapped[int] = mapped_column(server_default="0")
    unmatched_vnd: Mapped[int]
    refunded_vnd: Mapped[int] = mapped_column(server_default="0")
    status: Mapped[monies.Status]
    problem: Mapped[UnmatchedKind | None]
    """Why a part of it settles nothing, or did not at first."""
    payable_id: Mapped[UUID | None] = mapped_column(ForeignKey(PayableRow.id))
    attempt_id: Mapped[UUID | None] = mapped_column(ForeignKey(AttemptRow.id))
    agency_code: Mapped[str]
    """Owner of the account that the money reached."""
    bank_code: Mapped[str | None]
    booked_at: Mapped[datetime]
    received_at: Mapped[datetime]
    raw: Mapped[bytes]


class RefundRow(Base):
    """Money that is to go back; one open refund per money."""

    __tablename__ = "refund"
    __table_args__ = (
        Index("refund_open", "money_id", unique=True, postgresql_where=_OPEN_REFUND),
        Index("refund_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index("refund_money", "money_id"),
        Index("refund_agency", "agency_code", "id"),
        CheckConstraint("amount_vnd > 0", name="amount"),
        CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name="two_persons"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    money_id: Mapped[UUID] = mapped_column(ForeignKey("money.id"))
    payable_id: Mapped[UUID | None] = mapped_column(ForeignKey(PayableRow.id))
    scope: Mapped[RefundScope]
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    amount_vnd: Mapped[int]
    status: Mapped[refunds.Status]
    reason_code: Mapped[RefundReason]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    agency_code: Mapped[str]
    """Owner of the account that the money reached."""
    approved_by: Mapped[str | None]
    error_code: Mapped[str | None]
    """Why the channel's last answer was no."""
    channel_reference: Mapped[str | None]
    """Of the money that went back: the channel's, or the bank's that a person typed."""
    round: Mapped[int] = mapped_column(server_default="1")
    """Grows when a person sends again after a refusal; each round has a key of its own."""
    calls: Mapped[int] = mapped_column(server_default="0")
    due_at: Mapped[datetime | None]
    """When a job calls the channel next."""
    sent_at: Mapped[datetime | None]
    """When this round was first due; part of what some channels know it by."""
    ended_at: Mapped[datetime | None]
    correlation_id: Mapped[UUID | None]
    causation_id: Mapped[UUID | None]


class KeptCallbackRow(Base):
    """A genuine message that we could not act on, as it came; a person is told."""

    __tablename__ = "kept_callback"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[PaymentChannel]
    reason_code: Mapped[str]
    received_at: Mapped[datetime]
    raw: Mapped[bytes]

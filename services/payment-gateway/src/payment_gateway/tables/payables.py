"""Payables, and the attempts to pay them."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from payment_gateway.domain import attempts, payables
from payment_gateway.domain.payables import HoldReason
from payment_gateway.tables.model import Base, among
from shared.contracts.parts import PaymentChannel

_TAKES_MONEY: Final = among("status", tuple(s.value for s in payables.TAKES_MONEY))
_LIVE: Final = among("status", tuple(s.value for s in attempts.LIVE))


class PayableRow(Base):
    """What one dossier owes; one of a dossier at most takes money."""

    __tablename__ = "payable"
    __table_args__ = (
        UniqueConstraint("dossier_code", "supplement_no"),
        Index("payable_open", "dossier_code", unique=True, postgresql_where=_TAKES_MONEY),
        Index("payable_agency", "agency_code", "id"),
        CheckConstraint("amount_vnd > 0", name="amount"),
        CheckConstraint(
            "applied_vnd >= 0 AND held_vnd >= 0 AND applied_vnd + held_vnd <= amount_vnd",
            name="applied",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    dossier_code: Mapped[str]
    supplement_no: Mapped[int] = mapped_column(server_default="0")
    reference: Mapped[str] = mapped_column(unique=True)
    assessment_id: Mapped[UUID]
    version: Mapped[int]
    status: Mapped[payables.Status]
    hold_reason: Mapped[HoldReason | None]
    amount_vnd: Mapped[int]
    applied_vnd: Mapped[int] = mapped_column(server_default="0")
    held_vnd: Mapped[int] = mapped_column(server_default="0")
    agency_code: Mapped[str]
    """The receiving agency: its staff may see the payable; so may the collecting agency's."""
    collector_code: Mapped[str]
    context: Mapped[dict[str, Any]]
    payee: Mapped[dict[str, Any]]
    lines: Mapped[list[dict[str, Any]]]
    correlation_id: Mapped[UUID]
    opened_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class AttemptRow(Base):
    """One try of one payer; ``due_at`` is when a job has to call the counterpart next."""

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("channel", "reference"),
        UniqueConstraint("payable_id", "ordinal"),
        Index("attempt_live", "payable_id", unique=True, postgresql_where=_LIVE),
        Index("attempt_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        CheckConstraint("amount_vnd > 0", name="amount"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    payable_id: Mapped[UUID] = mapped_column(ForeignKey("payable.id"))
    ordinal: Mapped[int]
    channel: Mapped[PaymentChannel]
    reference: Mapped[str]
    bank_code: Mapped[str | None]
    amount_vnd: Mapped[int]
    status: Mapped[attempts.Status]
    code: Mapped[str | None]
    """Why it ended: the counterpart's code, or ours."""
    redirect_url: Mapped[str | None]
    correlation_id: Mapped[UUID]
    causation_id: Mapped[UUID]
    calls: Mapped[int] = mapped_column(server_default="0")
    """Calls made in the present state: tries to begin, then questions."""
    due_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

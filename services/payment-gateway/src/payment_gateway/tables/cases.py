"""The cases that a person must decide."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from payment_gateway.domain import reversals
from payment_gateway.domain.cases import CaseStatus
from payment_gateway.tables.model import Base, among
from payment_gateway.tables.monies import MoneyRow
from payment_gateway.tables.payables import PayableRow
from shared.contracts.money import CaseKind, CaseOutcome, RefundReason


class CaseRow(Base):
    """Something a person must decide about a payable that was paid already."""

    __tablename__ = "payment_case"
    __table_args__ = (
        UniqueConstraint("payable_id", "kind", "version"),
        Index(
            "case_open",
            "payable_id",
            text("(kind = 'money_reversed')"),
            unique=True,
            postgresql_where=text("status = 'open'"),
        ),
        CheckConstraint("(status = 'open') = (outcome IS NULL)", name="outcome"),
        CheckConstraint("(status = 'open') = (closed_at IS NULL)", name="closed"),
        CheckConstraint("(kind = 'money_reversed') = (money_id IS NOT NULL)", name="money"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    payable_id: Mapped[UUID] = mapped_column(ForeignKey(PayableRow.id))
    kind: Mapped[CaseKind]
    version: Mapped[int]
    """Of the assessment that raised it; reversals of one payable are counted from 1."""
    difference_vnd: Mapped[int]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    status: Mapped[CaseStatus] = mapped_column(server_default="open")
    assessment_id: Mapped[UUID | None]
    payee: Mapped[dict[str, Any] | None]
    due_lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    """What lephi.fee says is due in all, of which a supplementary payable asks the rest."""
    refund_reason: Mapped[RefundReason | None]
    money_id: Mapped[UUID | None] = mapped_column(ForeignKey(MoneyRow.id))
    outcome: Mapped[CaseOutcome | None]
    reason: Mapped[str | None]
    """In the accountant's words; they stay with us."""
    closed_by: Mapped[str | None]
    """Opaque subject of who decided; ``system`` where a later case took its place."""
    approved_by: Mapped[str | None]


class ReversalReportRow(Base):
    """A person said that a bank took a money back; kept whatever became of the money."""

    __tablename__ = "reversal_report"
    __table_args__ = (
        Index(
            "reversal_waiting",
            "money_id",
            unique=True,
            postgresql_where=among("status", (reversals.Status.WAITING.value,)),
        ),
        CheckConstraint("(status = 'waiting') = (ended_at IS NULL)", name="ended"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    money_id: Mapped[UUID] = mapped_column(ForeignKey(MoneyRow.id))
    status: Mapped[reversals.Status]
    reported_at: Mapped[datetime]
    reported_by: Mapped[str]
    """Opaque subject of the accountant."""
    reason: Mapped[str]
    """In the accountant's words; they stay with us."""
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey(CaseRow.id))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    note: Mapped[str | None]
    """Why it was closed, in the accountant's words."""

"""Decision tables of what becomes of receipts: notices of error, and marks of refunds."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from receipt.domain.lifecycles import NoticeStatus, ReportStatus
from receipt.tables.model import Base
from shared.contracts.parts import FeeKind


class NoticeCounterRow(Base):
    """How many notices of error a collector gave in a year; locked by whoever gives the next."""

    __tablename__ = "notice_counter"

    collector_code: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last_number: Mapped[int]


class ErrorNoticeRow(Base):
    """One notice of error 04/SS-CTĐT (thông báo sai sót); its words stay here, on no stream."""

    __tablename__ = "error_notice"
    __table_args__ = (
        UniqueConstraint("collector_code", "year", "number", name="uq_error_notice_number"),
        Index("ix_error_notice_receipt", "receipt_id"),
        Index("ix_error_notice_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index(
            "ix_error_notice_report_due",
            "report_due_at",
            postgresql_where=text("report_due_at IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    receipt_id: Mapped[UUID] = mapped_column(ForeignKey("receipt.id"))
    collector_code: Mapped[str]
    year: Mapped[int]
    number: Mapped[int]
    noticed_at: Mapped[datetime]
    corrections: Mapped[list[dict[str, Any]]]
    """Per field: what is printed, and what it should read."""
    reason: Mapped[str]
    approved_by: Mapped[str]
    status: Mapped[NoticeStatus]
    due_at: Mapped[datetime | None]
    """When to print it, or to try again; None when it is stored."""
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    error_code: Mapped[str | None]
    pdf_sha256: Mapped[str | None]
    pdf_name: Mapped[str | None]
    stored_at: Mapped[datetime | None]
    report_status: Mapped[ReportStatus]
    report_due_at: Mapped[datetime | None]
    """When to tell the tax authority, or to try again; None once it has accepted."""
    report_signed: Mapped[str | None]
    """The form with the collector's signature, as it is sent; None until a certificate signs it."""
    report_attempts: Mapped[int] = mapped_column(server_default=text("0"))
    report_error_code: Mapped[str | None]
    report_reference: Mapped[str | None]
    """The tax authority's, of its acceptance."""
    reported_at: Mapped[datetime | None]
    correlation_id: Mapped[UUID]
    causation_id: Mapped[UUID]


class RefundMarkRow(Base):
    """What of a payment's fee went back, beside the receipt that was in force (đã hoàn)."""

    __tablename__ = "refund_mark"
    __table_args__ = (
        Index("ix_refund_mark_receipt", "receipt_id"),
        Index("ix_refund_mark_waiting", "settled_at", postgresql_where=text("receipt_id IS NULL")),
        CheckConstraint("amount_vnd > 0", name="amount"),
    )

    refund_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[FeeKind] = mapped_column(primary_key=True)
    payment_id: Mapped[UUID]
    dossier_code: Mapped[str]
    agency_code: Mapped[str]
    """The receiving agency."""
    lines: Mapped[dict[str, Any]]
    """Amount by line."""
    amount_vnd: Mapped[int]
    settled_at: Mapped[datetime]
    receipt_id: Mapped[UUID | None] = mapped_column(ForeignKey("receipt.id"))
    """None while the receipt has no number yet."""
    correlation_id: Mapped[UUID]
    causation_id: Mapped[UUID]

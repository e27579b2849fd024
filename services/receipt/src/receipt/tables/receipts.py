"""Decision tables of receipts and their files."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from receipt.domain.lifecycles import FileStatus, ReceiptStatus
from receipt.tables.model import Base
from shared.contracts.parts import FeeKind


class ReceiptRow(Base):
    """One receipt (biên lai); the row is never deleted and its number never given again."""

    __tablename__ = "receipt"
    __table_args__ = (
        UniqueConstraint("series_id", "number", name="uq_receipt_number"),
        Index(
            "uq_receipt_payment",
            "payment_id",
            "kind",
            unique=True,
            postgresql_where=text("replaces IS NULL"),
        ),
        Index(
            "uq_receipt_replaces",
            "replaces",
            unique=True,
            postgresql_where=text("replaces IS NOT NULL"),
        ),
        CheckConstraint("replaces <> id", name="replaces"),
        Index("ix_receipt_dossier", "dossier_code"),
        Index("ix_receipt_collector", "collector_code", "id"),
        CheckConstraint("total_vnd > 0", name="total"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    payment_id: Mapped[UUID]
    kind: Mapped[FeeKind]
    dossier_code: Mapped[str]
    agency_code: Mapped[str]
    """The receiving agency."""
    collector_code: Mapped[str]
    series_id: Mapped[UUID] = mapped_column(ForeignKey("series.id"))
    number: Mapped[int]
    total_vnd: Mapped[int]
    issued_at: Mapped[datetime]
    fact: Mapped[dict[str, Any]]
    """The data of ReceiptIssued: all that is printed, except the payer."""
    payer: Mapped[dict[str, Any] | None]
    """Name, address and tax code, copied once; absent until lephi.party has told them."""
    replaces: Mapped[UUID | None] = mapped_column(ForeignKey("receipt.id"))
    """The receipt whose place it takes; always an older one, so no chain leads back."""
    status: Mapped[ReceiptStatus]
    correlation_id: Mapped[UUID]
    causation_id: Mapped[UUID]


class ReceiptFileRow(Base):
    """How far the file of a receipt has come; the job's row."""

    __tablename__ = "receipt_file"
    __table_args__ = (
        Index("ix_receipt_file_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index("ix_receipt_file_pdf", "pdf_sha256", postgresql_where=text("pdf_sha256 IS NOT NULL")),
        Index("ix_receipt_file_xml", "xml_sha256", postgresql_where=text("xml_sha256 IS NOT NULL")),
        Index(
            "ix_receipt_file_check_due",
            "check_due_at",
            postgresql_where=text("check_due_at IS NOT NULL"),
        ),
    )

    receipt_id: Mapped[UUID] = mapped_column(ForeignKey("receipt.id"), primary_key=True)
    status: Mapped[FileStatus]
    issued_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    """When to make it, or to try again; None when it is stored."""
    asked_at: Mapped[datetime | None]
    """When somebody first asked for it; who asks first is served first."""
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    error_code: Mapped[str | None]
    """Why the last try failed."""
    render_sha256: Mapped[str | None]
    pdf_sha256: Mapped[str | None]
    pdf_name: Mapped[str | None]
    """Its name in the store of files."""
    xml_sha256: Mapped[str | None]
    xml_name: Mapped[str | None]
    signed_at: Mapped[datetime | None]
    certificate_serial: Mapped[str | None]
    stored_at: Mapped[datetime | None]
    check_due_at: Mapped[datetime | None]
    """When the stored files are to be read back, and the page printed again."""
    checked_at: Mapped[datetime | None]
    fault: Mapped[str | None]
    """What that found; None when all was as it was stored."""

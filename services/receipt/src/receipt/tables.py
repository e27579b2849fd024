"""Decision tables of receipt: series, receipts, their files, and what is known of payers."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from receipt.domain.lifecycles import FileStatus, ReceiptStatus
from shared.contracts.parts import FeeKind
from shared.db.metadata import TYPE_MAP, new_metadata


class Base(DeclarativeBase):
    """Tables of this service."""

    metadata = new_metadata()
    type_annotation_map = TYPE_MAP


class SeriesRow(Base):
    """One counter of numbers (dải số); whoever gives a number holds its lock."""

    __tablename__ = "series"
    __table_args__ = (
        UniqueConstraint("tax_code", "form_symbol", "serial_symbol", "year", name="uq_series_key"),
        CheckConstraint("last_number BETWEEN 0 AND 99999999", name="digits"),
        {"postgresql_with": {"fillfactor": 10}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tax_code: Mapped[str]
    form_symbol: Mapped[str]
    serial_symbol: Mapped[str]
    year: Mapped[int]
    kind: Mapped[FeeKind]
    agency_code: Mapped[str]
    """The collector for which it was opened."""
    last_number: Mapped[int] = mapped_column(server_default=text("0"))
    last_issued_at: Mapped[datetime] = mapped_column(server_default=text("'epoch'"))
    opened_at: Mapped[datetime]


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
    replaces: Mapped[UUID | None]
    status: Mapped[ReceiptStatus]
    correlation_id: Mapped[UUID]
    causation_id: Mapped[UUID]


class ReceiptFileRow(Base):
    """How far the file of a receipt has come; the job's row."""

    __tablename__ = "receipt_file"
    __table_args__ = (
        Index("ix_receipt_file_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
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
    stored_at: Mapped[datetime | None]


class PartyRow(Base):
    """What lephi.party last said of a dossier's people, as far as a receipt needs it."""

    __tablename__ = "party"
    __table_args__ = (Index("ix_party_id_numbers", "id_numbers", postgresql_using="gin"),)

    dossier_code: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int]
    payer: Mapped[dict[str, Any] | None]
    id_numbers: Mapped[list[str]]
    phone_endings: Mapped[list[str]]
    redacted: Mapped[bool] = mapped_column(server_default=text("false"))
    """Nothing more is taken in of these people."""


class AgencyRow(Base):
    """An agency as lephi.dossier last published it; whose staff may see whose receipts."""

    __tablename__ = "agency"

    code: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int]
    name: Mapped[str]
    parent_code: Mapped[str | None]
    succeeded_by: Mapped[str | None]
    valid_to: Mapped[date | None]

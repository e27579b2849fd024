"""01/TH-BLĐT: tables of days, what was sent of them and when, and the authority's outages."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from receipt.domain.daily_tables import LineState, SubmissionStatus
from receipt.tables.model import Base


class TaxOutageRow(Base):
    """A time in which the tax authority did not answer; at most one has no end."""

    __tablename__ = "tax_outage"
    __table_args__ = (
        Index(
            "uq_tax_outage_open", text("(true)"), unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class DailyTableRow(Base):
    """The table of one collector's day (bảng tổng hợp); made when its first line is."""

    __tablename__ = "daily_table"
    __table_args__ = (
        UniqueConstraint("collector_code", "day_on", "tax_code", name="uq_daily_table_key"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    collector_code: Mapped[str]
    tax_code: Mapped[str]
    day_on: Mapped[date]
    collector_name: Mapped[str]


class DailyTableSubmissionRow(Base):
    """What is sent once; ``id`` is the idempotency key, ``body`` never changes."""

    __tablename__ = "daily_table_submission"
    __table_args__ = (
        Index(
            "uq_daily_table_submission_no", "table_id", "supplement_no", unique=True,
            postgresql_where=text("status <> 'remade'"),
        ),
        UniqueConstraint("replaces_id", name="uq_daily_table_submission_replaces"),
        Index(
            "ix_daily_table_submission_due", "due_at", postgresql_where=text("due_at IS NOT NULL")
        ),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    table_id: Mapped[UUID] = mapped_column(ForeignKey("daily_table.id"))
    supplement_no: Mapped[int]
    """0 is the first submission, n "sửa đổi, bổ sung lần thứ n"."""
    status: Mapped[SubmissionStatus]
    line_count: Mapped[int]
    total_vnd: Mapped[int]
    body: Mapped[str]
    signed: Mapped[str | None]
    """The XML with the collector's signature, as it is sent; None until a certificate signs it."""
    made_at: Mapped[datetime]
    lines_day: Mapped[date]
    """The day on which it is due: the table's, or that of a correction."""
    due_at: Mapped[datetime | None]
    """When to send it, or to try again; None once it is accepted, or remade."""
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    error_code: Mapped[str | None]
    """Why the last try came to nothing."""
    refusals: Mapped[dict[str, Any] | None]
    """Codes of the last refusal by line, where it named lines."""
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("daily_table_submission.id"))
    """The refused one in whose place it stands."""
    failed_since: Mapped[datetime | None]
    outage_id: Mapped[UUID | None] = mapped_column(ForeignKey("tax_outage.id"))
    """The outage that held it up."""
    accepted_at: Mapped[datetime | None]
    reference: Mapped[str | None]


class DailyTableLineRow(Base):
    """One line of a submission; never deleted. A number's newest line is what counts."""

    __tablename__ = "daily_table_line"
    __table_args__ = (
        Index(
            "uq_daily_table_line_first", "series_id", "number", unique=True,
            postgresql_where=text("adjusts IS NULL AND NOT superseded"),
        ),
        Index("ix_daily_table_line_receipt", "receipt_id"),
    )  # fmt: skip

    submission_id: Mapped[UUID] = mapped_column(
        ForeignKey("daily_table_submission.id"), primary_key=True
    )
    line_no: Mapped[int] = mapped_column(primary_key=True)
    receipt_id: Mapped[UUID] = mapped_column(ForeignKey("receipt.id"))
    series_id: Mapped[UUID]
    number: Mapped[int]
    total_vnd: Mapped[int]
    state: Mapped[LineState]
    adjusts: Mapped[date | None]
    said: Mapped[dict[str, Any]]
    """Its thirteen columns as they were sent."""
    superseded: Mapped[bool] = mapped_column(server_default=text("false"))
    """Its submission was refused, and another stands in its place."""


class DailyTableChangeRow(Base):
    """A notice about a receipt, for the day's table; the next cut takes it into a supplement."""

    __tablename__ = "daily_table_change"
    __table_args__ = (
        Index(
            "ix_daily_table_change_waiting", "receipt_id",
            postgresql_where=text("submission_id IS NULL"),
        ),
    )  # fmt: skip

    notice_id: Mapped[UUID] = mapped_column(primary_key=True)
    receipt_id: Mapped[UUID] = mapped_column(ForeignKey("receipt.id"))
    fields: Mapped[list[str]]
    at: Mapped[datetime]
    submission_id: Mapped[UUID | None] = mapped_column(ForeignKey("daily_table_submission.id"))

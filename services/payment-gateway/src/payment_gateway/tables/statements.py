"""Settlement files as they came, what was read of them, and what comparing them found."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from payment_gateway.domain import reconciling
from payment_gateway.domain.reconciling import Act
from payment_gateway.domain.statements import FileFault, RowFault, Source
from payment_gateway.tables.model import Base
from shared.contracts.money import DifferenceKind
from shared.contracts.parts import PaymentChannel


class StatementFileRow(Base):
    """One version of a channel's file of one day; none is ever deleted."""

    __tablename__ = "statement_file"
    __table_args__ = (
        UniqueConstraint("channel", "day_on", "sha256"),
        UniqueConstraint("channel", "day_on", "version"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[PaymentChannel]
    day_on: Mapped[date]
    version: Mapped[int]
    sha256: Mapped[str]
    source: Mapped[Source]
    handed_in_by: Mapped[str | None]
    """Opaque subject of the accountant; None where we fetched it."""
    first_at: Mapped[datetime]
    in_force_at: Mapped[datetime | None]
    """When it last became the file that counts, the latest one does; None: never believed."""
    fault: Mapped[FileFault | None]
    line_count: Mapped[int]
    kept_count: Mapped[int]
    sum_vnd: Mapped[int]
    raw: Mapped[bytes]


class StatementLineRow(Base):
    """One payment as a file lists it. Only ever inserted."""

    __tablename__ = "statement_line"

    file_id: Mapped[UUID] = mapped_column(ForeignKey("statement_file.id"), primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True)
    channel_reference: Mapped[str] = mapped_column(index=True)
    reference: Mapped[str]
    amount_vnd: Mapped[int]
    bank_code: Mapped[str | None]
    booked_at: Mapped[datetime]
    account_bin: Mapped[str | None]
    account_number: Mapped[str | None]


class StatementKeptRow(Base):
    """A row of a file that is set apart, as it came, with the exact reason. Only ever inserted."""

    __tablename__ = "statement_kept"

    file_id: Mapped[UUID] = mapped_column(ForeignKey("statement_file.id"), primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True)
    fault: Mapped[RowFault]
    channel_reference: Mapped[str | None]
    debit_vnd: Mapped[int | None]
    """What left the account: compared with our refunds."""
    raw: Mapped[str]


class ReconciliationRow(Base):
    """One run over a channel's day; ``due_at`` is when a job does it, None once it is done."""

    __tablename__ = "reconciliation"
    __table_args__ = (
        Index(
            "reconciliation_night",
            "channel",
            "day_on",
            "night_on",
            unique=True,
            postgresql_where=text("night_on IS NOT NULL"),
        ),
        Index("reconciliation_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index("reconciliation_day", "day_on"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[PaymentChannel]
    day_on: Mapped[date]
    night_on: Mapped[date | None]
    """The night that asked for it; None where a person did."""
    requested_by: Mapped[str | None]
    fetches: Mapped[bool]
    """False: the file that was just handed in decides, the channel is not asked for its own."""
    tries: Mapped[int] = mapped_column(server_default="0")
    due_at: Mapped[datetime | None]
    requested_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    closed: Mapped[bool | None]
    """False: there was no file to compare with."""
    error_code: Mapped[str | None]
    """Why the newest file could not be fetched, or was not believed."""
    correlation_id: Mapped[UUID]
    causation_id: Mapped[UUID]


class DayCloseRow(Base):
    """What the last run found of one agency's day on a channel, in figures."""

    __tablename__ = "day_close"

    agency_code: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[PaymentChannel] = mapped_column(primary_key=True)
    day_on: Mapped[date] = mapped_column(primary_key=True, index=True)
    run: Mapped[int]
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("statement_file.id"))
    ours_count: Mapped[int]
    ours_vnd: Mapped[int]
    theirs_count: Mapped[int]
    theirs_vnd: Mapped[int]
    matched_count: Mapped[int]
    matched_vnd: Mapped[int]
    kinds: Mapped[list[dict[str, Any]]]
    closed_at: Mapped[datetime]


class DifferenceRow(Base):
    """One difference of a channel's day, by its natural key; rows are never deleted."""

    __tablename__ = "difference"
    __table_args__ = (
        UniqueConstraint("channel", "day_on", "channel_reference", "occurrence"),
        Index("difference_day", "day_on", "agency_code"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[PaymentChannel]
    day_on: Mapped[date]
    channel_reference: Mapped[str]
    occurrence: Mapped[int]
    kind: Mapped[DifferenceKind]
    act: Mapped[Act]
    status: Mapped[reconciling.Status]
    agency_code: Mapped[str]
    dossier_code: Mapped[str | None]
    money_id: Mapped[UUID | None] = mapped_column(ForeignKey("money.id"))
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("statement_file.id"))
    line_no: Mapped[int | None]
    """The line in the file, or the row set apart that names the money."""
    ours_vnd: Mapped[int | None]
    theirs_vnd: Mapped[int | None]
    at_stake_vnd: Mapped[int]
    found_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    """When kind, amounts or status last changed; a run that finds the same changes nothing."""
    explained_by: Mapped[str | None]
    explanation: Mapped[str | None]

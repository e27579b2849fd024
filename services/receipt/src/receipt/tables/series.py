"""Decision tables of numbers: series, the counters of receipts."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from receipt.domain.lifecycles import SeriesStatus
from receipt.domain.series import Wait
from receipt.tables.model import Base
from shared.contracts.parts import FeeKind


class SeriesRow(Base):
    """One counter of numbers (dải số); whoever gives a number holds its lock."""

    __tablename__ = "series"
    __table_args__ = (
        UniqueConstraint("tax_code", "form_symbol", "serial_symbol", "year", name="uq_series_key"),
        Index(
            "uq_series_open",
            "tax_code",
            "kind",
            "year",
            unique=True,
            postgresql_where=text("status = 'open'"),
        ),
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
    status: Mapped[SeriesStatus] = mapped_column(server_default=text("'open'"))
    registration: Mapped[str | None]
    """Reference of the tax authority's acceptance of form 01/ĐKTĐ-CTĐT."""
    registered_on: Mapped[date | None]
    """Its date."""
    opened_at: Mapped[datetime | None]
    opened_by: Mapped[str | None]
    """Who opened it; None: the rule."""
    closed_at: Mapped[datetime | None]


class AwaitingNumberRow(Base):
    """A receipt that is due and for which no series is open (chờ cấp số); numbered when one is."""

    __tablename__ = "awaiting_number"
    __table_args__ = (Index("ix_awaiting_number_since", "since"),)

    payment_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[FeeKind] = mapped_column(primary_key=True)
    year: Mapped[int]
    """Of the series that was not open when it came."""
    tax_code: Mapped[str]
    collector_code: Mapped[str]
    agency_code: Mapped[str]
    """The receiving agency."""
    dossier_code: Mapped[str]
    total_vnd: Mapped[int]
    fact: Mapped[dict[str, Any]]
    """The data of PaymentSettled."""
    why: Mapped[Wait]
    since: Mapped[datetime]
    correlation_id: Mapped[UUID]
    causation_id: Mapped[UUID]

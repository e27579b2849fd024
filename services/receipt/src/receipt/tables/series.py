"""Decision tables of numbers: series, the counters of receipts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from receipt.tables.model import Base
from shared.contracts.parts import FeeKind


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

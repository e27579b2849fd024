"""Cash: the officers' tills, and what was put into them."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from payment_gateway.domain import tills
from payment_gateway.tables.model import Base, among
from payment_gateway.tables.monies import MoneyRow
from payment_gateway.tables.payables import AttemptRow, PayableRow

_OPEN: Final = among("status", (tills.Status.OPEN.value,))


class TillRow(Base):
    """One cash drawer of one officer, from its float to the hand-over."""

    __tablename__ = "till"
    __table_args__ = (
        Index("till_open", "officer_id", unique=True, postgresql_where=_OPEN),
        Index("till_agency", "agency_code", "id"),
        CheckConstraint("opening_vnd >= 0", name="opening"),
        CheckConstraint("counted_vnd >= 0", name="counted"),
        CheckConstraint("handed_vnd >= 0", name="handed"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    agency_code: Mapped[str]
    agency_name: Mapped[str]
    officer_id: Mapped[str]
    """Opaque subject of the officer; facts name nobody else."""
    officer_name: Mapped[str]
    status: Mapped[tills.Status]
    opening_vnd: Mapped[int]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    counted_vnd: Mapped[int | None]
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    note: Mapped[str | None]
    """Why the count differs, in the officer's words; it stays here."""
    handed_at: Mapped[datetime | None]
    handed_vnd: Mapped[int | None]
    receiver_id: Mapped[str | None]
    receiver_name: Mapped[str | None]
    hand_over_note: Mapped[str | None]
    correlation_id: Mapped[UUID]


class CashTakingRow(Base):
    """Cash that was taken (phiếu thu), under the key of its form: sent twice it is taken once."""

    __tablename__ = "cash_taking"
    __table_args__ = (
        UniqueConstraint("till_id", "number"),
        UniqueConstraint("money_id"),
        CheckConstraint("amount_vnd > 0 AND given_vnd >= amount_vnd", name="amount"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    till_id: Mapped[UUID] = mapped_column(ForeignKey(TillRow.id))
    number: Mapped[int]
    payable_id: Mapped[UUID] = mapped_column(ForeignKey(PayableRow.id))
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey(AttemptRow.id))
    money_id: Mapped[UUID] = mapped_column(ForeignKey(MoneyRow.id))
    amount_vnd: Mapped[int]
    given_vnd: Mapped[int]
    taken_at: Mapped[datetime]

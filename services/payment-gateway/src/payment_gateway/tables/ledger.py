"""The ledger: append-only, double entry."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from payment_gateway.tables.model import Base, Xid8


class LedgerTransactionRow(Base):
    """One booking; it names the fact that caused it, once. Only ever inserted."""

    __tablename__ = "ledger_transaction"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(unique=True)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    agency_code: Mapped[str | None]
    """Whose money it moves, so that its staff may read it; absent where it is nobody's yet."""
    xid: Mapped[str] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"))


class LedgerEntryRow(Base):
    """One side of a booking: debit above zero, credit below. Only ever inserted.

    A deferred constraint trigger (migration 0001) refuses a transaction whose entries do not sum
    to zero.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (Index("ledger_entry_account", "account", "transaction_id"),)

    transaction_id: Mapped[UUID] = mapped_column(
        ForeignKey("ledger_transaction.id"), primary_key=True
    )
    account: Mapped[str] = mapped_column(primary_key=True)
    amount_vnd: Mapped[int]

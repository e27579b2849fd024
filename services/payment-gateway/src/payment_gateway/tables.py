"""The decision tables; names as in reliability.md's invariants, rows carry no behaviour."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from payment_gateway.domain import attempts, monies, payables, refunds
from payment_gateway.domain.payables import HoldReason
from shared.contracts.money import CaseKind, RefundReason, RefundScope
from shared.contracts.parts import PaymentChannel
from shared.contracts.payment import UnmatchedKind
from shared.db.metadata import TYPE_MAP, new_metadata


def _among(column: str, values: tuple[str, ...]) -> Any:  # noqa: ANN401 -- SQLAlchemy's text clause
    return text(f"{column} IN ({', '.join(repr(str(value)) for value in values)})")


_TAKES_MONEY: Final = _among("status", tuple(s.value for s in payables.TAKES_MONEY))
_LIVE: Final = _among("status", tuple(s.value for s in attempts.LIVE))
_OPEN_REFUND: Final = _among("status", tuple(s.value for s in refunds.OPEN))


class Xid8(UserDefinedType[str]):
    """PostgreSQL's 64-bit transaction id: seals cover rows by it."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Return the type's name in SQL."""
        return "xid8"


class Base(DeclarativeBase):
    """All tables of payment-gateway."""

    metadata = new_metadata()
    type_annotation_map = TYPE_MAP


class PayableRow(Base):
    """What one dossier owes; one of a dossier at most takes money."""

    __tablename__ = "payable"
    __table_args__ = (
        UniqueConstraint("dossier_code", "supplement_no"),
        Index("payable_open", "dossier_code", unique=True, postgresql_where=_TAKES_MONEY),
        Index("payable_agency", "agency_code", "id"),
        CheckConstraint("amount_vnd > 0", name="amount"),
        CheckConstraint(
            "applied_vnd >= 0 AND held_vnd >= 0 AND applied_vnd + held_vnd <= amount_vnd",
            name="applied",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    dossier_code: Mapped[str]
    supplement_no: Mapped[int] = mapped_column(server_default="0")
    reference: Mapped[str] = mapped_column(unique=True)
    assessment_id: Mapped[UUID]
    version: Mapped[int]
    status: Mapped[payables.Status]
    hold_reason: Mapped[HoldReason | None]
    amount_vnd: Mapped[int]
    applied_vnd: Mapped[int] = mapped_column(server_default="0")
    held_vnd: Mapped[int] = mapped_column(server_default="0")
    agency_code: Mapped[str]
    """The receiving agency: its staff may see the payable; so may the collecting agency's."""
    collector_code: Mapped[str]
    context: Mapped[dict[str, Any]]
    payee: Mapped[dict[str, Any]]
    lines: Mapped[list[dict[str, Any]]]
    correlation_id: Mapped[UUID]
    opened_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class AttemptRow(Base):
    """One try of one payer; ``due_at`` is when a job has to call the counterpart next."""

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("channel", "reference"),
        UniqueConstraint("payable_id", "ordinal"),
        Index("attempt_live", "payable_id", unique=True, postgresql_where=_LIVE),
        Index("attempt_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        CheckConstraint("amount_vnd > 0", name="amount"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    payable_id: Mapped[UUID] = mapped_column(ForeignKey("payable.id"))
    ordinal: Mapped[int]
    channel: Mapped[PaymentChannel]
    reference: Mapped[str]
    bank_code: Mapped[str | None]
    amount_vnd: Mapped[int]
    status: Mapped[attempts.Status]
    code: Mapped[str | None]
    """Why it ended: the counterpart's code, or ours."""
    redirect_url: Mapped[str | None]
    correlation_id: Mapped[UUID]
    causation_id: Mapped[UUID]
    calls: Mapped[int] = mapped_column(server_default="0")
    """Calls made in the present state: tries to begin, then questions."""
    due_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class MoneyRow(Base):
    """Money that arrived, by its natural key; applied + unmatched + refunded = amount."""

    __tablename__ = "money"
    __table_args__ = (
        UniqueConstraint("channel", "channel_reference"),
        Index("money_payable", "payable_id"),
        Index("money_attempt", "attempt_id"),
        Index("money_problem", "id", postgresql_where=text("problem IS NOT NULL")),
        CheckConstraint("amount_vnd > 0", name="amount"),
        CheckConstraint(
            "applied_vnd >= 0 AND unmatched_vnd >= 0 AND refunded_vnd >= 0"
            " AND applied_vnd + unmatched_vnd + refunded_vnd = amount_vnd",
            name="parts",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[PaymentChannel]
    channel_reference: Mapped[str]
    amount_vnd: Mapped[int]
    applied_vnd: Mapped[int] = mapped_column(server_default="0")
    unmatched_vnd: Mapped[int]
    refunded_vnd: Mapped[int] = mapped_column(server_default="0")
    status: Mapped[monies.Status]
    problem: Mapped[UnmatchedKind | None]
    """Why a part of it settles nothing, or did not at first."""
    payable_id: Mapped[UUID | None] = mapped_column(ForeignKey("payable.id"))
    attempt_id: Mapped[UUID | None] = mapped_column(ForeignKey("attempt.id"))
    agency_code: Mapped[str]
    """Owner of the account that the money reached."""
    bank_code: Mapped[str | None]
    booked_at: Mapped[datetime]
    received_at: Mapped[datetime]
    raw: Mapped[bytes]


class RefundRow(Base):
    """Money that is to go back; one open refund per money."""

    __tablename__ = "refund"
    __table_args__ = (
        Index("refund_open", "money_id", unique=True, postgresql_where=_OPEN_REFUND),
        CheckConstraint("amount_vnd > 0", name="amount"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    money_id: Mapped[UUID] = mapped_column(ForeignKey("money.id"))
    payable_id: Mapped[UUID | None] = mapped_column(ForeignKey("payable.id"))
    scope: Mapped[RefundScope]
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    amount_vnd: Mapped[int]
    status: Mapped[refunds.Status]
    reason_code: Mapped[RefundReason]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]


class CaseRow(Base):
    """Something a person must decide about a payable that was paid already."""

    __tablename__ = "payment_case"
    __table_args__ = (UniqueConstraint("payable_id", "kind", "version"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    payable_id: Mapped[UUID] = mapped_column(ForeignKey("payable.id"))
    kind: Mapped[CaseKind]
    version: Mapped[int]
    """Of the assessment that raised it."""
    difference_vnd: Mapped[int]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class LedgerTransactionRow(Base):
    """One booking; it names the fact that caused it, once. Only ever inserted."""

    __tablename__ = "ledger_transaction"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(unique=True)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    xid: Mapped[str] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"))


class LedgerEntryRow(Base):
    """One side of a booking: debit above zero, credit below. Only ever inserted.

    A deferred constraint trigger (migration 0001) refuses a transaction whose entries do not sum
    to zero.
    """

    __tablename__ = "ledger_entry"

    transaction_id: Mapped[UUID] = mapped_column(
        ForeignKey("ledger_transaction.id"), primary_key=True
    )
    account: Mapped[str] = mapped_column(primary_key=True)
    amount_vnd: Mapped[int]


class ChannelRow(Base):
    """One channel that payers may choose; loaded from channels.csv."""

    __tablename__ = "channel"

    code: Mapped[PaymentChannel] = mapped_column(primary_key=True)
    place: Mapped[int]
    name: Mapped[str]
    kind: Mapped[str]
    min_vnd: Mapped[int]
    max_vnd: Mapped[int]


class BankRow(Base):
    """A bank or wallet on a channel's page; loaded from banks.csv."""

    __tablename__ = "bank"

    channel: Mapped[PaymentChannel] = mapped_column(ForeignKey("channel.code"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[int]
    name: Mapped[str]
    full_name: Mapped[str]
    kind: Mapped[str]
    mark: Mapped[str]


class KeptCallbackRow(Base):
    """A genuine message that we could not act on, as it came; a person is told."""

    __tablename__ = "kept_callback"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[PaymentChannel]
    reason_code: Mapped[str]
    received_at: Mapped[datetime]
    raw: Mapped[bytes]


class DisplayRow(Base):
    """A counter display and the desk that drives it."""

    __tablename__ = "display"
    __table_args__ = (
        Index(
            "display_pairing",
            "pairing_code",
            unique=True,
            postgresql_where=text("pairing_code IS NOT NULL"),
        ),
        Index(
            "display_desk", "session_id", unique=True, postgresql_where=text("revoked_at IS NULL")
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[str]
    """The session of the desk that drives it: when it ends, so does the display."""
    officer_id: Mapped[str]
    """Opaque subject of the officer."""
    agency_code: Mapped[str]
    agency_name: Mapped[str]
    pairing_code: Mapped[str | None]
    pairing_until: Mapped[datetime | None]
    dossier_code: Mapped[str | None]
    shown_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

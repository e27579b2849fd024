"""The decision tables of dossier; the only place, besides ``lephi.party``, of personal data."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from dossier.domain.dossier import State
from dossier.domain.partner import FactState
from shared.contracts.parts import FilingChannel, PaymentTiming
from shared.db.metadata import TYPE_MAP, new_metadata

_OPTIONAL: Final = JSONB(none_as_null=True)
"""A JSON value that may be absent: NULL, not JSON's ``null``."""


class Base(DeclarativeBase):
    """The tables of this service."""

    metadata = new_metadata()
    type_annotation_map = TYPE_MAP


class DossierRow(Base):
    """One dossier (hồ sơ) as the province last stated it, completed with our own data."""

    __tablename__ = "dossier"
    __table_args__ = (
        Index("ix_dossier_code_search", "code_search", postgresql_using="gin"),
        Index(
            "ix_dossier_without_payee",
            "collecting_agency",
            postgresql_where=text("payee IS NULL"),
        ),
        Index(
            "ix_dossier_without_territory",
            "deciding_agency",
            postgresql_where=text("territory_code IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    dossier_code: Mapped[str] = mapped_column(unique=True)
    code_search: Mapped[Any] = mapped_column(TSVECTOR, deferred=True)
    """Every ending of the code, so that a prefix search finds any part of it."""
    state: Mapped[State]
    stated_at: Mapped[datetime]
    """NgayCapNhat of the version that stands here; an older one is ignored."""
    procedure_code: Mapped[str]
    procedure_name: Mapped[str]
    field_name: Mapped[str | None]
    receiving_agency: Mapped[str]
    receiving_agency_name: Mapped[str]
    deciding_agency: Mapped[str]
    deciding_agency_name: Mapped[str | None]
    collecting_agency: Mapped[str | None]
    collecting_agency_name: Mapped[str | None]
    payee: Mapped[dict[str, Any] | None] = mapped_column(_OPTIONAL)
    """The collecting agency as receipts print it, copied once; absent while it is incomplete."""
    channel: Mapped[FilingChannel]
    submitted_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    status: Mapped[int]
    territory_code: Mapped[str | None]
    payment_timing: Mapped[PaymentTiming]
    fee_lines: Mapped[list[dict[str, Any]]]
    paid_elsewhere: Mapped[dict[str, Any] | None] = mapped_column(_OPTIONAL)
    counted_on: Mapped[date] = mapped_column(index=True)
    """In whose totals the province counts it: the day of reception, else of filing."""
    received_at: Mapped[datetime]
    """When we first heard of it."""
    changed_at: Mapped[datetime]
    party_redacted_at: Mapped[datetime | None]
    """Once set, no people are ever stored again for this dossier."""


class PartyRow(Base):
    """The people of one dossier: personal data, forgotten on redaction."""

    __tablename__ = "party"
    __table_args__ = (
        Index("ix_party_search", "search", postgresql_using="gin"),
        Index("ix_party_id_numbers", "id_numbers", postgresql_using="gin"),
    )

    dossier_code: Mapped[str] = mapped_column(primary_key=True)
    payer: Mapped[dict[str, Any]]
    owner: Mapped[dict[str, Any]]
    id_numbers: Mapped[list[str]]
    """Whose *Quản lý hồ sơ* lists the dossier."""
    search: Mapped[Any] = mapped_column(TSVECTOR, deferred=True)
    """Words of the names without tone marks, and endings of the phones."""
    stated_at: Mapped[datetime]


class AgencyRow(Base):
    """An agency (cơ quan) as it was last entered."""

    __tablename__ = "agency"

    agency_code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    parent_code: Mapped[str | None] = mapped_column(index=True)
    tax_code: Mapped[str | None]
    address: Mapped[str | None]
    phone: Mapped[str | None]
    territory_code: Mapped[str | None]
    accounts: Mapped[list[dict[str, Any]]]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    succeeded_by: Mapped[str | None]


class ProcedureRow(Base):
    """A procedure (thủ tục hành chính) of the national list."""

    __tablename__ = "procedure"

    procedure_code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    field_name: Mapped[str]
    payment_timing: Mapped[PaymentTiming]


class PartnerFactRow(Base):
    """One fact for the province, and its answer; (cause, fact_type) makes it happen once."""

    __tablename__ = "partner_fact"
    __table_args__ = (
        UniqueConstraint("cause", "fact_type"),
        CheckConstraint("amount_vnd >= 0", name="amount"),
        CheckConstraint("sends > 0", name="sends"),
        Index("ix_partner_fact_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index(
            "ix_partner_fact_unanswered",
            "sent_at",
            postgresql_where=text("state IN ('sent', 'late', 'escalated')"),
        ),
        Index("ix_partner_fact_refused", "id", postgresql_where=text("state = 'refused'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    """Id of the event on ``tthc.fact``; sending again keeps it."""
    partner: Mapped[str]
    dossier_code: Mapped[str] = mapped_column(index=True)
    agency_code: Mapped[str]
    fact_type: Mapped[str]
    cause: Mapped[UUID]
    """Id of the event that the fact retells."""
    amount_vnd: Mapped[int | None]
    day_on: Mapped[date] = mapped_column(index=True)
    """In whose totals it counts: the day of the payment, for other facts that of the telling."""
    state: Mapped[FactState]
    reason_code: Mapped[str | None]
    reason_text: Mapped[str | None]
    """The province's own words; they stay here."""
    sent_at: Mapped[datetime]
    """When it was told for the first time."""
    answered_at: Mapped[datetime | None]
    sends: Mapped[int]
    last_sent_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    """When it becomes late, or is escalated; None when nothing more happens by itself."""


class IssuedReceiptRow(Base):
    """The printed facts of a receipt, kept until its file is ready and the province is told."""

    __tablename__ = "issued_receipt"
    __table_args__ = (CheckConstraint("total_vnd > 0", name="total"),)

    receipt_id: Mapped[UUID] = mapped_column(primary_key=True)
    dossier_code: Mapped[str]
    form_symbol: Mapped[str]
    serial_symbol: Mapped[str]
    number: Mapped[int]
    total_vnd: Mapped[int]
    check_url: Mapped[str]
    issued_at: Mapped[datetime]


class PartnerDayRow(Base):
    """One day that both sides count; its lock orders the runs that compare them."""

    __tablename__ = "partner_day"
    __table_args__ = (
        Index("ix_partner_day_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    )

    partner: Mapped[str] = mapped_column(primary_key=True)
    day_on: Mapped[date] = mapped_column(primary_key=True)
    stated_at: Mapped[datetime]
    """The province's latest telling of which all parts are here."""
    last_run: Mapped[int]
    due_at: Mapped[datetime | None]
    """When it is compared by itself; None when that is done."""


class PartnerStatementRow(Base):
    """One part of the province's own counts of a day, as it told them."""

    __tablename__ = "partner_statement"
    __table_args__ = (CheckConstraint("paid_vnd >= 0", name="paid"),)

    partner: Mapped[str] = mapped_column(primary_key=True)
    day_on: Mapped[date] = mapped_column(primary_key=True)
    stated_at: Mapped[datetime] = mapped_column(primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True)
    parts: Mapped[int]
    dossier_count: Mapped[int]
    paid_count: Mapped[int]
    paid_vnd: Mapped[int]
    dossier_codes: Mapped[list[str]]
    fact_ids: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid))


class PartnerComparisonRow(Base):
    """One run that compared a day; runs are numbered from 1 and never changed."""

    __tablename__ = "partner_comparison"

    partner: Mapped[str] = mapped_column(primary_key=True)
    day_on: Mapped[date] = mapped_column(primary_key=True)
    run: Mapped[int] = mapped_column(primary_key=True)
    compared_at: Mapped[datetime]
    compared_by: Mapped[str]
    """The opaque subject id of a member of staff, or ``system``."""
    stated_at: Mapped[datetime]
    """Which telling of the province was compared."""
    ours: Mapped[dict[str, Any]]
    theirs: Mapped[dict[str, Any]]
    missing_here: Mapped[list[str]]
    missing_there: Mapped[list[str]]
    missing_facts: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    pending: Mapped[int]

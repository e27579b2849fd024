"""Decision tables of fee: tariffs, the dossiers as fee heard them, assessments by version."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from fee.domain.assessment import AssessmentStatus
from fee.domain.tariff import TariffOrigin, TariffStatus
from shared.contracts.fee import Certainty, TariffChannel, TariffRule, TariffUnit
from shared.contracts.parts import FeeKind
from shared.db.metadata import TYPE_MAP, new_metadata
from shared.db.tables import ApprovalRow


class Base(DeclarativeBase):
    """Tables of this service."""

    metadata = new_metadata()
    type_annotation_map = TYPE_MAP


class TariffRow(Base):
    """One tariff (mức thu); once approved only its last day may still be set.

    What a person drafted is approved by an approval, which needs a second person.
    """

    __tablename__ = "tariff"
    __table_args__ = (
        CheckConstraint("amount_vnd >= 0", name="amount"),
        CheckConstraint("(amount_vnd = 0) = (exemption_reason_code IS NOT NULL)", name="zero"),
        CheckConstraint(
            "status <> 'approved' OR origin = 'list' OR approval_id IS NOT NULL", name="approved"
        ),
        Index(
            "tariff_key",
            "fee_code",
            "procedure_code",
            "variant",
            "channel",
            "territory_code",
            "payer_group",
            "valid_from",
            "rule",
            "from_quantity",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("status <> 'discarded'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    status: Mapped[TariffStatus]
    fee_code: Mapped[str]
    kind: Mapped[FeeKind]
    fee_name: Mapped[str]
    procedure_code: Mapped[str | None]
    variant: Mapped[str | None]
    variant_name: Mapped[str | None]
    channel: Mapped[TariffChannel]
    territory_code: Mapped[str | None]
    payer_group: Mapped[str | None]
    rule: Mapped[TariffRule]
    from_quantity: Mapped[int]
    to_quantity: Mapped[int | None]
    unit: Mapped[TariffUnit]
    amount_vnd: Mapped[int]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    legal_basis: Mapped[str]
    certainty: Mapped[Certainty]
    exemption_reason_code: Mapped[str | None]
    words: Mapped[str]
    """What the list is searched by: names and codes without tone marks, in lower case."""
    origin: Mapped[TariffOrigin]
    approval_id: Mapped[UUID | None] = mapped_column(ForeignKey(ApprovalRow.id))
    """The last approval that changed it; None where only the published list did."""
    approved_at: Mapped[datetime | None]
    """When it was taken in as approved; None for rows older than this column."""


class TariffRequestRow(Base):
    """A tariff that a request is about; a request may be about many."""

    __tablename__ = "tariff_request"
    __table_args__ = (Index("tariff_request_tariff_id", "tariff_id"),)

    approval_id: Mapped[UUID] = mapped_column(ForeignKey(ApprovalRow.id), primary_key=True)
    tariff_id: Mapped[UUID] = mapped_column(ForeignKey("tariff.id"), primary_key=True)


class ReassessmentRow(Base):
    """Tariffs were approved: dossiers that wait for one of their fees are looked at again."""

    __tablename__ = "reassessment"
    __table_args__ = (Index("reassessment_due_at", "due_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    fee_codes: Mapped[list[str]]
    after: Mapped[str]
    """Code of the last dossier that was looked at."""
    causation_id: Mapped[UUID]
    due_at: Mapped[datetime | None]
    """When to go on; None when all were looked at."""


class DossierRow(Base):
    """A dossier as fee heard it; its lock orders everything that is decided about it."""

    __tablename__ = "dossier"

    dossier_code: Mapped[str] = mapped_column(primary_key=True)
    facts: Mapped[dict[str, Any]]
    """DossierReceived with every later change put in."""
    heard_sequence: Mapped[int]
    """Sequence of the last fact put in: an older one never undoes a newer one."""
    correlation_id: Mapped[UUID]
    closed_at: Mapped[datetime | None]


class AssessmentRow(Base):
    """One assessment (xác định số phải thu); a dossier that comes back gets the next ordinal."""

    __tablename__ = "assessment"
    __table_args__ = (
        UniqueConstraint("dossier_code", "ordinal"),
        Index("ix_assessment_pending", "dossier_code", postgresql_where=text("status = 'pending'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    dossier_code: Mapped[str] = mapped_column(ForeignKey("dossier.dossier_code"))
    ordinal: Mapped[int]
    status: Mapped[AssessmentStatus]
    version: Mapped[int]
    """Counts all that was said of the dossier, over its assessments."""


class VersionRow(Base):
    """One thing said about an assessment, and how it was found; never edited once said."""

    __tablename__ = "assessment_version"

    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessment.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    event_type: Mapped[str]
    fact: Mapped[dict[str, Any]]
    workings: Mapped[list[dict[str, Any]]]
    """The lines as reckoned, with a copy of every tariff used."""
    said_at: Mapped[datetime]

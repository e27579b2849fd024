"""Facts of ``lephi.dossier``: dossiers, agencies, and the exchange with the province."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Final
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.envelope import Code, DossierFact, Event, Part
from shared.contracts.parts import (
    Account,
    AgencyCode,
    ChannelReference,
    Context,
    Count,
    DayTotals,
    FeeKind,
    FilingChannel,
    LegalBasis,
    NationalStatus,
    OfficePhone,
    OfficialAddress,
    OfficialName,
    PaidElsewhere,
    Payee,
    PaymentTiming,
    Quantities,
    StaffId,
    TaxCode,
    Version,
)
from shared.money import Vnd

TOPIC: Final = "lephi.dossier"
SOURCE: Final = "/lephi/dossier"


class FeeLine(Part):
    """A fee that the province says the dossier owes, before we have assessed it."""

    fee_code: Code
    name: OfficialName | None = None
    kind: FeeKind
    variant: Code | None = None
    quantities: Quantities
    payer_group: Code | None = None
    declared_vnd: Vnd | None = None
    declared_basis: LegalBasis | None = None
    evidence_ref: ChannelReference | None = None


class DossierField(StrEnum):
    """Optional facts about a dossier that can become absent again."""

    PAYEE = "payee"
    DUE_AT = "due_at"
    TERRITORY_CODE = "territory_code"
    PAID_ELSEWHERE = "paid_elsewhere"


class PartnerFactType(StrEnum):
    """What we tell the province (contracts: ``tthc.fact``)."""

    DUE = "vn.lephi.tthc.PhaiThu.v1"
    EXEMPT = "vn.lephi.tthc.MienThu.v1"
    PAID = "vn.lephi.tthc.DaThu.v1"
    RECEIPT = "vn.lephi.tthc.BienLai.v1"
    RECEIPT_REPLACED = "vn.lephi.tthc.BienLaiThayThe.v1"
    REFUNDED = "vn.lephi.tthc.HoanTra.v1"
    REFUSED = "vn.lephi.tthc.BiTuChoi.v1"
    SEND_AGAIN = "vn.lephi.tthc.YeuCauGuiLai.v1"


class PartnerAnswer(StrEnum):
    """The province's answer to a fact."""

    OK = "ok"
    ERROR = "loi"


class LateLevel(StrEnum):
    """How long a fact has waited for its acknowledgement."""

    LATE = "late"
    ESCALATED = "escalated"


class AgencyPublished(Event):
    """An agency (cơ quan) is created or changed.

    Said for each change, with all fields; heard by payment-gateway, receipt and ops.
    """

    type: ClassVar[str] = "vn.lephi.AgencyPublished.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    agency_code: AgencyCode
    name: OfficialName
    parent_code: AgencyCode | None = None
    tax_code: TaxCode
    address: OfficialAddress
    phone: OfficePhone
    territory_code: Code
    accounts: tuple[Account, ...]
    valid_from: date
    valid_to: date | None = None
    succeeded_by: AgencyCode | None = None

    @property
    def subject(self) -> str:
        """Return the agency's code."""
        return self.agency_code


class DossierReceived(DossierFact):
    """A dossier (hồ sơ) is heard of for the first time.

    Said once per dossier; heard by fee, notifier and ops.
    """

    type: ClassVar[str] = "vn.lephi.DossierReceived.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    dossier_id: UUID
    context: Context
    receiving_agency: AgencyCode
    deciding_agency: AgencyCode
    payee: Payee | None = None
    """Absent while the collecting agency is incomplete."""
    channel: FilingChannel
    submitted_at: AwareDatetime
    """Filing decides which tariff applies, not reception and not payment."""
    due_at: AwareDatetime | None = None
    """Absent until the province has given a date."""
    status: NationalStatus
    territory_code: Code | None = None
    """Absent while neither the dossier nor its deciding agency names one."""
    payment_timing: PaymentTiming
    fee_lines: tuple[FeeLine, ...] = ()
    paid_elsewhere: PaidElsewhere | None = None


class DossierChanged(DossierFact):
    """Something that DossierReceived said is different now; only what changed, as it is after.

    Said for each change; heard by fee and ops.
    """

    type: ClassVar[str] = "vn.lephi.DossierChanged.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    dossier_id: UUID
    context: Context | None = None
    receiving_agency: AgencyCode | None = None
    deciding_agency: AgencyCode | None = None
    payee: Payee | None = None
    channel: FilingChannel | None = None
    submitted_at: AwareDatetime | None = None
    due_at: AwareDatetime | None = None
    status: NationalStatus | None = None
    territory_code: Code | None = None
    payment_timing: PaymentTiming | None = None
    fee_lines: tuple[FeeLine, ...] | None = None
    paid_elsewhere: PaidElsewhere | None = None
    cleared: tuple[DossierField, ...] = ()
    """What was there and is absent now."""


class DossierWithdrawn(DossierFact):
    """The dossier reached status 3, 7 or 8: no fee is asked for any more.

    Heard by fee, payment-gateway and ops.
    """

    type: ClassVar[str] = "vn.lephi.DossierWithdrawn.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    status: NationalStatus


class DossierReinstated(DossierFact):
    """A withdrawn dossier is living again; heard by fee and ops."""

    type: ClassVar[str] = "vn.lephi.DossierReinstated.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    status: NationalStatus


class DossierClosed(DossierFact):
    """The result was handed over (status 10); heard by payment-gateway and ops."""

    type: ClassVar[str] = "vn.lephi.DossierClosed.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    closed_at: AwareDatetime


class PartyRedacted(DossierFact):
    """The person's data are to be forgotten; every holder obeys, except what the law keeps."""

    type: ClassVar[str] = "vn.lephi.PartyRedacted.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    redacted_at: AwareDatetime
    by: StaffId


class PartnerFactSent(DossierFact):
    """A fact for the province left; heard by ops, which shows what is still awaited.

    Said again, with the same ``fact_id``, each time an operator sends the fact again.
    """

    type: ClassVar[str] = "vn.lephi.PartnerFactSent.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    fact_id: UUID
    fact_type: PartnerFactType
    cause: UUID
    """Id of the event that the fact retells."""
    amount_vnd: Vnd | None = None
    again: Count | None = None
    """How many times it was sent before; absent the first time."""


class PartnerFactAcknowledged(DossierFact):
    """The province answered a fact; heard by ops."""

    type: ClassVar[str] = "vn.lephi.PartnerFactAcknowledged.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    fact_id: UUID
    fact_type: PartnerFactType
    cause: UUID
    result: PartnerAnswer
    reason_code: Code | None = None


class PartnerFactLate(DossierFact):
    """No answer after 15 minutes (late), or after 24 hours (escalated); heard by ops."""

    type: ClassVar[str] = "vn.lephi.PartnerFactLate.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    fact_id: UUID
    fact_type: PartnerFactType
    cause: UUID
    level: LateLevel


class PartnerDayCompared(Event):
    """The province's totals of a day beside ours; said for each run, heard by ops.

    ``missing_there`` are dossiers that the province lacks, or of which it lacks a fact. What the
    lists cannot hold is in the counts, and the next run names it.
    """

    type: ClassVar[str] = "vn.lephi.PartnerDayCompared.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    partner: Code
    day_on: date
    run: Version
    ours: DayTotals
    theirs: DayTotals
    missing_here: Annotated[tuple[Code, ...], Field(max_length=10_000)] = ()
    missing_there: Annotated[tuple[Code, ...], Field(max_length=10_000)] = ()
    missing_here_count: Count | None = None
    missing_there_count: Count | None = None
    missing_fact_count: Count | None = None
    """How many of our facts the province lacks."""
    by: StaffId | None = None
    """Who had the day compared; ``system`` where the day's totals came in."""

    @property
    def subject(self) -> str:
        """Return the partner's code."""
        return self.partner

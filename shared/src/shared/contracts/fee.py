"""Facts of ``lephi.fee``: tariffs, and what a dossier owes."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Final
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.envelope import Code, DossierFact, Event
from shared.contracts.parts import (
    Context,
    FeeKind,
    LegalBasis,
    Line,
    OfficialName,
    Payee,
    Version,
)
from shared.money import PositiveVnd, Vnd

TOPIC: Final = "lephi.fee"
SOURCE: Final = "/lephi/fee"


class TariffUnit(StrEnum):
    """What a tariff row counts."""

    PAGE = "page"
    COPY = "copy"
    CASE = "case"
    DOSSIER = "dossier"


class TariffRule(StrEnum):
    """How a tariff row reckons (domain.md 5, rule 0)."""

    FLAT = "flat"
    TIER = "tier"
    CAP_PER_COPY = "cap_per_copy"
    EXTRA_FROM = "extra_from"


class TariffChannel(StrEnum):
    """Which way of filing a tariff row is for."""

    COUNTER = "counter"
    ONLINE = "online"
    BOTH = "both"


class Certainty(StrEnum):
    """Whether the row was checked against the official source."""

    KNOWN = "known"
    TO_CONFIRM = "to_confirm"


class PendingReason(StrEnum):
    """Why no amount can be said yet."""

    NO_TARIFF = "no_tariff"
    AGENCY_INCOMPLETE = "agency_incomplete"
    PROCEDURE_INCOMPLETE = "procedure_incomplete"


class WithdrawalReason(StrEnum):
    """Why an assessment ends."""

    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"
    PAID_ELSEWHERE = "paid_elsewhere"


class TariffPublished(Event):
    """A tariff row (mức thu) is approved, for its dates; heard by ops."""

    type: ClassVar[str] = "vn.lephi.TariffPublished.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    tariff_id: UUID
    tariff_code: Code
    fee_code: Code
    fee_name: OfficialName
    kind: FeeKind
    variant_name: OfficialName | None = None
    unit: TariffUnit
    exemption_reason_code: Code | None = None
    certainty: Certainty
    procedure_code: Code | None = None
    """Absent, like the four below, where the row is for any."""
    variant: Code | None = None
    channel: TariffChannel
    territory_code: Code | None = None
    payer_group: Code | None = None
    rule: TariffRule
    from_quantity: Annotated[int, Field(strict=True, ge=1)] = 1
    to_quantity: Annotated[int, Field(strict=True, ge=1)] | None = None
    amount_vnd: Vnd
    valid_from: date
    valid_to: date | None = None
    legal_basis: LegalBasis

    @property
    def subject(self) -> str:
        """Return the tariff's code."""
        return self.tariff_code


class FeeAssessed(DossierFact):
    """An amount is due (xác định số phải thu).

    Said for each version of an assessment; heard by payment-gateway (opens or amends the
    payable), dossier, notifier and ops.
    """

    type: ClassVar[str] = "vn.lephi.FeeAssessed.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    assessment_id: UUID
    version: Version
    context: Context
    payee: Payee
    lines: Annotated[tuple[Line, ...], Field(min_length=1)]
    """An exempt line stays here at 0 beside lines that are due."""
    total_vnd: PositiveVnd
    filed_on: date
    due_at: AwareDatetime | None = None


class FeePending(DossierFact):
    """No amount can be said: no tariff fits, or agency or procedure are incomplete.

    Heard by payment-gateway, dossier and ops; nothing is guessed.
    """

    type: ClassVar[str] = "vn.lephi.FeePending.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    assessment_id: UUID
    version: Version
    context: Context
    payee: Payee | None = None
    lines: tuple[Line, ...]
    reason_code: PendingReason


class FeeExempted(DossierFact):
    """All lines are exempt (miễn): nothing is due, each line says why.

    Heard by payment-gateway, dossier and ops.
    """

    type: ClassVar[str] = "vn.lephi.FeeExempted.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    assessment_id: UUID
    version: Version
    context: Context
    lines: tuple[Line, ...]


class FeeWithdrawn(DossierFact):
    """An assessment ends; payment-gateway closes an unpaid payable. Heard by ops too."""

    type: ClassVar[str] = "vn.lephi.FeeWithdrawn.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    assessment_id: UUID
    version: Version
    reason: WithdrawalReason
    superseded_by: UUID | None = None

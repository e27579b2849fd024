"""Bodies of fee's JSON: why a dossier owes what it owes."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from fee.domain.assessment import AssessmentStatus
from shared.contracts.fee import Certainty, TariffRule, TariffUnit
from shared.contracts.parts import (
    Exemption,
    Explanation,
    FeeKind,
    FilingChannel,
    Quantities,
)


class StepAnswer(BaseModel):
    """One product in the sum of a line."""

    tariff_code: str
    rule: TariffRule
    unit: TariffUnit
    quantity: int
    unit_vnd: int
    amount_vnd: int
    legal_basis: str
    certainty: Certainty


class LineAnswer(BaseModel):
    """One line, with everything that decided it."""

    line_id: UUID
    kind: FeeKind
    fee_code: str
    name: str
    variant: str | None
    payer_group: str | None
    quantities: Quantities
    amount_vnd: int
    declared_vnd: int | None
    """What the province's system stated; the tariff decides where there is one."""
    explanation_code: Explanation
    legal_basis: str | None
    exemption: Exemption | None
    steps: list[StepAnswer]


class AssessmentAnswer(BaseModel):
    """Why a dossier owes what it owes."""

    dossier_code: str
    assessment_id: UUID
    version: int
    status: AssessmentStatus
    reason_code: str | None
    procedure_code: str
    procedure_name: str
    agency_code: str
    channel: FilingChannel
    territory_code: str | None
    filed_on: date
    total_vnd: int
    lines: list[LineAnswer]

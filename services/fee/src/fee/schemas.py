"""Bodies of fee's JSON, and the file in which tariffs are handed in."""

import csv
from datetime import date
from io import StringIO
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from fee.domain.assessment import AssessmentStatus
from fee.domain.tariff import Tariff, TariffInvalidError
from shared.contracts.fee import Certainty, TariffChannel, TariffRule, TariffUnit
from shared.contracts.parts import (
    Exemption,
    Explanation,
    FeeKind,
    FilingChannel,
    LegalBasis,
    OfficialName,
    Quantities,
)
from shared.ids import new_id
from shared.money import MAX_VND

_DIGITS: Final = r"^\d{1,15}$"


def _blank_to_none(text: str) -> str | None:
    return text.strip() or None


_Optional = BeforeValidator(_blank_to_none)
_Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
_Digits = Annotated[str, Field(pattern=_DIGITS)]


class TariffLine(BaseModel):
    """One line of a tariff file, as text; its columns are those of the published list."""

    model_config = ConfigDict(extra="forbid")

    tariff_code: _Code
    fee_code: _Code
    fee_kind: FeeKind
    fee_name_vi: OfficialName
    procedure_code: Annotated[_Code | None, _Optional]
    variant_code: Annotated[_Code | None, _Optional]
    variant_name_vi: Annotated[OfficialName | None, _Optional]
    channel: TariffChannel
    territory_code: Annotated[_Code | None, _Optional]
    payer_group: Annotated[_Code | None, _Optional]
    rule: TariffRule
    from_quantity: _Digits
    to_quantity: Annotated[_Digits | None, _Optional]
    unit: TariffUnit
    amount_vnd: _Digits
    valid_from: date
    valid_to: Annotated[date | None, _Optional]
    legal_basis: LegalBasis
    certainty: Certainty
    exemption_reason_code: Annotated[_Code | None, _Optional]

    def to_tariff(self) -> Tariff:
        """Return the tariff that the line describes, under a new id."""
        return Tariff(
            id=new_id(),
            code=self.tariff_code,
            fee_code=self.fee_code,
            kind=self.fee_kind,
            fee_name=self.fee_name_vi,
            procedure_code=self.procedure_code,
            variant=self.variant_code,
            variant_name=self.variant_name_vi,
            channel=self.channel,
            territory_code=self.territory_code,
            payer_group=self.payer_group,
            rule=self.rule,
            from_quantity=int(self.from_quantity),
            to_quantity=int(self.to_quantity) if self.to_quantity else None,
            unit=self.unit,
            amount_vnd=min(int(self.amount_vnd), MAX_VND),
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            legal_basis=self.legal_basis,
            certainty=self.certainty,
            exemption_reason_code=self.exemption_reason_code,
        )


def read_tariffs(text: str) -> list[Tariff]:
    """Return the tariffs of a CSV ``text``; raise TariffInvalidError naming line and column."""
    tariffs = []
    for number, line in enumerate(csv.DictReader(StringIO(text)), start=2):
        try:
            tariffs.append(TariffLine.model_validate(line).to_tariff())
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            column = ".".join(str(part) for part in first["loc"])
            raise TariffInvalidError(f"line {number}: {column}: {first['type']}") from error
    return tariffs


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

"""Bodies of JSON; never stored, never published."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from dossier.domain.dossier import State
from dossier.domain.partner import FactState
from shared.contracts.parts import DayTotals, FilingChannel, PaymentTiming


class RedactionBody(BaseModel):
    """Why the people of a dossier are to be forgotten; goes to the audit record."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(min_length=3, max_length=500)]


class RedactionAnswer(BaseModel):
    """The people are forgotten."""

    dossier_code: str
    redacted_at: datetime
    is_new: bool
    """False where they were forgotten before."""


class DossierAnswer(BaseModel):
    """A dossier as its staff read it by machine; without its people."""

    dossier_code: str
    procedure_code: str
    procedure_name: str
    receiving_agency: str
    deciding_agency: str
    collecting_agency: str | None
    channel: FilingChannel
    payment_timing: PaymentTiming
    status: int
    state: State
    submitted_at: datetime
    due_at: datetime | None
    amount_due_vnd: int | None
    """None while no amount is known."""
    paid_vnd: int
    standing: str


class PartnerDayAnswer(BaseModel):
    """One day on both sides."""

    day_on: date
    state: str
    """``not_stated``, ``not_compared``, ``missing``, ``waiting``, ``different`` or ``whole``."""
    ours: DayTotals
    theirs: DayTotals | None
    """None until a telling of the partner was compared."""
    run: int | None
    compared_at: datetime | None
    missing_here: int
    missing_there: int
    """Facts that the partner lacks."""
    to_send: int
    """Of these, how many were not sent again since the run."""
    pending: int


class PartnerAnswer(BaseModel):
    """Where the exchange with a partner stands."""

    partner: str
    unanswered: int
    oldest_at: datetime | None
    late: int
    escalated: int
    refused: int
    days: list[PartnerDayAnswer]


class PartnerFactAnswer(BaseModel):
    """One fact for a partner."""

    model_config = ConfigDict(from_attributes=True, validate_by_name=True, validate_by_alias=True)

    fact_id: Annotated[UUID, Field(validation_alias="id")]
    fact_type: str
    dossier_code: str
    amount_vnd: int | None
    state: FactState
    reason_code: str | None
    sent_at: datetime
    last_sent_at: datetime
    sends: int


class MissingAnswer(BaseModel):
    """A page of what is missing; ``after`` leads to the next one."""

    day: PartnerDayAnswer
    here: list[str]
    """Dossiers that only the partner has."""
    there: list[PartnerFactAnswer]
    after_here: str | None
    after_there: str | None


class ReasonBody(BaseModel):
    """Why a person does so; goes to the audit record."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(min_length=3, max_length=500)]


class ComparedAnswer(BaseModel):
    """A day was compared."""

    run: int


class ResentAnswer(BaseModel):
    """So many facts go out again; so many of the day remain, for the next call."""

    sent: int
    left: int

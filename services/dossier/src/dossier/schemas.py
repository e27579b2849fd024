"""Bodies of JSON; never stored, never published."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from dossier.domain.dossier import State
from shared.contracts.parts import FilingChannel, PaymentTiming


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

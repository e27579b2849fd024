"""Bodies of JSON; never stored, never published."""

from datetime import datetime

from pydantic import BaseModel

from dossier.domain.dossier import State
from shared.contracts.parts import FilingChannel, PaymentTiming


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

"""Bodies of the mock's own API (not of any bank's protocol)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from mock_bank.domain.payments import Channel, Status
from mock_bank.domain.tellings import Delivery, Fault, Result


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class FaultWanted(_Body):
    """``PUT …/api/faults``: the next ``times`` payments of ``channel`` meet ``fault``."""

    channel: Channel = Channel.NPSP
    fault: Fault
    times: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    after_ms: Annotated[int, Field(ge=0, le=86_400_000)] | None = None
    """How long the fault waits; absent: the fault's own usual time."""


class TransferTyped(_Body):
    """``POST …/api/transfers``: a bank transfer, as typed by a payer."""

    content: Annotated[str, Field(max_length=500)]
    amount_vnd: Annotated[int, Field(gt=0, lt=10**15)]
    bank_reference: Annotated[str, Field(min_length=1, max_length=100)]
    bin: Annotated[str, Field(pattern=r"^([0-9]{6})?$")] = ""
    account: Annotated[str, Field(max_length=30)] = ""
    """The account that was credited; empty: the bank tells of one account and names none."""


class TransferForm(_Body):
    """The form of a transfer in the bank's app."""

    payload: Annotated[str, Field(max_length=512)] = ""
    account: Annotated[str, Field(max_length=30)] = ""
    amount: Annotated[str, Field(max_length=20)] = ""
    content: Annotated[str, Field(max_length=500)] = ""


class FaultShown(_Body):
    """A fault that still waits for ``times`` payments."""

    channel: Channel
    fault: Fault
    times: Annotated[int, Field(validation_alias="remaining")]
    after_ms: int


class Faults(_Body):
    """All faults that were asked for and not used up."""

    faults: list[FaultShown]


class TellingShown(_Body):
    """One callback to the partner."""

    result: Result
    amount_vnd: int
    status: Delivery
    attempts: int
    due_at: datetime | None
    last_answer: str | None


class PaymentShown(_Body):
    """One payment, and what the partner was told about it."""

    id: UUID
    reference: str
    amount_vnd: int
    paid_vnd: int | None
    status: Status
    bank_code: str
    transaction_code: str | None
    decided_at: datetime | None
    callbacks: list[TellingShown]

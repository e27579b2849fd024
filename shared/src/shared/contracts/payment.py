"""Facts of ``lephi.payment``: payables, attempts, settlement, and money that settles nothing.

Refunds, cases, tills and the day's close are in ``money.py`` beside this module.
"""

from enum import StrEnum
from typing import Annotated, ClassVar, Final
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.envelope import Code, DossierFact, Event
from shared.contracts.parts import (
    AgencyCode,
    ChannelReference,
    Context,
    Line,
    Money,
    OwnReference,
    Payee,
    PaymentChannel,
    PaymentMethod,
    StaffId,
    Version,
)
from shared.money import PositiveVnd, Vnd

TOPIC: Final = "lephi.payment"
SOURCE: Final = "/lephi/payment-gateway"


class AttemptOutcome(StrEnum):
    """How an attempt ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    GIVEN_UP = "given_up"


class CloseReason(StrEnum):
    """Why a payable ends unpaid."""

    WITHDRAWN = "withdrawn"
    EXEMPTED = "exempted"
    PAID_ELSEWHERE = "paid_elsewhere"


class UnmatchedKind(StrEnum):
    """Why a part of a money settles nothing (tiền chưa gán)."""

    SHORT = "short"
    OVER = "over"
    DUPLICATE = "duplicate"
    LATE = "late"
    UNKNOWN = "unknown"
    WRONG_PAYEE = "wrong_payee"


class MatchAct(StrEnum):
    """What settled a money that matched nothing at first."""

    TOP_UP = "top_up"
    ASSIGNED = "assigned"


class PaymentRequested(DossierFact):
    """A payable (khoản phải thu) opens: its QR can be shown.

    Said once per payable; heard by dossier, notifier and ops. Exempt lines are left out.
    """

    type: ClassVar[str] = "vn.lephi.PaymentRequested.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    payment_id: UUID
    assessment_id: UUID
    version: Version
    context: Context
    payee: Payee
    lines: Annotated[tuple[Line, ...], Field(min_length=1)]
    amount_vnd: PositiveVnd
    reference: OwnReference
    supplement_no: Annotated[int, Field(strict=True, ge=0)] = 0


class PaymentAmended(DossierFact):
    """The assessment changed before payment; id, link and reference live on.

    Heard by dossier, notifier and ops.
    """

    type: ClassVar[str] = "vn.lephi.PaymentAmended.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    payment_id: UUID
    version: Version
    amount_vnd: PositiveVnd
    lines: Annotated[tuple[Line, ...], Field(min_length=1)]
    payee: Payee


class PaymentAttempted(DossierFact):
    """A payer chose a channel (lần thanh toán); heard by ops."""

    type: ClassVar[str] = "vn.lephi.PaymentAttempted.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    payment_id: UUID
    attempt_id: UUID
    channel: PaymentChannel
    bank_code: Code | None = None
    amount_vnd: PositiveVnd


class PaymentAttemptEnded(DossierFact):
    """An attempt ended; late good news may follow a failure. Heard by ops."""

    type: ClassVar[str] = "vn.lephi.PaymentAttemptEnded.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    payment_id: UUID
    attempt_id: UUID
    outcome: AttemptOutcome
    code: Code
    """The counterpart's code, or ours where it gave none."""


class PaymentSettled(DossierFact):
    """The amount due is in (Σ applied = due).

    Said once per payment; heard by dossier, receipt, notifier and ops. Optional fields may be
    added; anything else is PaymentSettled v2.
    """

    type: ClassVar[str] = "vn.lephi.PaymentSettled.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    payment_id: UUID
    context: Context
    payee: Payee
    lines: Annotated[tuple[Line, ...], Field(min_length=1)]
    amount_vnd: PositiveVnd
    method: PaymentMethod
    monies: Annotated[tuple[Money, ...], Field(min_length=1)]
    paid_at: AwareDatetime
    """When the last money was booked by its bank, not when we heard of it."""
    settled_at: AwareDatetime


class PaymentClosed(DossierFact):
    """A payable ends unpaid; money that comes later is MoneyUnmatched. Heard by dossier and ops."""

    type: ClassVar[str] = "vn.lephi.PaymentClosed.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    payment_id: UUID
    reason: CloseReason


class MoneyUnmatched(Event):
    """A part of a money settles nothing; nothing that arrived is ever refused.

    Said per money and kind; heard by ops. The subject is the dossier where one is known, else
    the agency that has to sort it out.
    """

    type: ClassVar[str] = "vn.lephi.MoneyUnmatched.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    dossier_code: Code | None = None
    agency_code: AgencyCode
    """Owner of the account that the money reached."""
    money_id: UUID
    kind: UnmatchedKind
    channel: PaymentChannel
    amount_vnd: PositiveVnd
    unmatched_vnd: Vnd
    payment_id: UUID | None = None
    channel_reference: ChannelReference
    received_at: AwareDatetime

    @property
    def subject(self) -> str:
        """Return the dossier's code, or the agency's where no dossier is known."""
        return self.dossier_code or self.agency_code


class MoneyMatched(DossierFact):
    """A person, or a top-up, settled a money that matched nothing; heard by ops."""

    type: ClassVar[str] = "vn.lephi.MoneyMatched.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    money_id: UUID
    payment_id: UUID
    act: MatchAct
    decided_by: StaffId
    """``system`` for a top-up."""
    approved_by: StaffId | None = None

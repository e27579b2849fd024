"""The other facts of ``lephi.payment``: refunds, cases, tills and the close of a day."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.envelope import Code, DossierFact, Event, Part
from shared.contracts.parts import (
    AgencyCode,
    ChannelReference,
    Context,
    FeeKind,
    Payee,
    PaymentChannel,
    SignedVnd,
    StaffId,
    Totals,
    Version,
)
from shared.contracts.payment import SOURCE, TOPIC
from shared.money import PositiveVnd, Vnd


class RefundScope(StrEnum):
    """Whether money that settled nothing goes back, or the fee itself."""

    SURPLUS = "surplus"
    PAYABLE = "payable"


class RefundReason(StrEnum):
    """Why money goes back (hoàn trả): technical reasons first, then legal ones."""

    OVER = "over"
    DUPLICATE = "duplicate"
    LATE = "late"
    UNKNOWN = "unknown"
    WRONG_PAYEE = "wrong_payee"
    ASSESSED_LESS = "assessed_less"
    NOT_ACCEPTED = "not_accepted"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"


class RefundedLine(Part):
    """The part of one fee line that goes back."""

    line_id: UUID
    kind: FeeKind
    amount_vnd: Vnd


class CaseKind(StrEnum):
    """What a person must decide (việc cần xử lý)."""

    ASSESSED_MORE = "assessed_more"
    ASSESSED_LESS = "assessed_less"
    WITHDRAWN_PAID = "withdrawn_paid"
    MONEY_REVERSED = "money_reversed"


class CaseOutcome(StrEnum):
    """What a person decided."""

    SUPPLEMENT = "supplement"
    REFUND = "refund"
    WAIVED = "waived"
    KEPT = "kept"
    WRITTEN_OFF = "written_off"
    SUPERSEDED = "superseded"
    """No person: lephi.fee said something newer, which the next case asks, or nothing at all."""


class DifferenceKind(StrEnum):
    """How one side of a reconciliation differs from the other."""

    SHORT = "short"
    OVER = "over"
    DUPLICATE = "duplicate"
    LATE = "late"
    UNKNOWN = "unknown"
    HERE_NOT_THERE = "here_not_there"
    THERE_NOT_HERE = "there_not_here"


class Difference(Part):
    """The differences of one kind on one day."""

    kind: DifferenceKind
    totals: Totals


class _RefundFact(Event):
    """What every fact of a refund carries; a refund of unknown money belongs to no dossier."""

    dossier_code: Code | None = None
    agency_code: AgencyCode
    refund_id: UUID
    money_id: UUID
    payment_id: UUID | None = None
    scope: RefundScope
    lines: tuple[RefundedLine, ...] = ()
    """Empty where the money settled nothing."""
    amount_vnd: PositiveVnd
    reason_code: RefundReason
    by: StaffId
    """Who proposed it; ``system`` where a rule did."""

    @property
    def subject(self) -> str:
        """Return the dossier's code, or the agency's where no dossier is known."""
        return self.dossier_code or self.agency_code


class RefundProposed(_RefundFact):
    """A refund waits for a second person; one open refund per money. Heard by ops."""

    type: ClassVar[str] = "vn.lephi.RefundProposed.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE


class RefundApproved(_RefundFact):
    """A second person agreed; a job sends it. Heard by ops."""

    type: ClassVar[str] = "vn.lephi.RefundApproved.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    approved_by: StaffId


class RefundDeclined(_RefundFact):
    """A second person refused; the money stays where it is. Heard by ops."""

    type: ClassVar[str] = "vn.lephi.RefundDeclined.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    declined_by: StaffId


class RefundSettled(_RefundFact):
    """The money went back; heard by dossier, receipt, notifier and ops."""

    type: ClassVar[str] = "vn.lephi.RefundSettled.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    approved_by: StaffId
    channel_reference: ChannelReference
    """The channel's, or the bank's where a person paid by transfer."""
    channel: PaymentChannel | None = None
    """Who gave it back; absent where a person paid by hand."""
    context: Context | None = None
    payee: Payee | None = None
    """Of its payable, for whoever tells the payer; absent where none is known."""


class RefundFailed(_RefundFact):
    """The counterpart refused, or gave no answer in time; it is tried again or done by hand."""

    type: ClassVar[str] = "vn.lephi.RefundFailed.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    approved_by: StaffId
    error_code: Code


class CaseOpened(DossierFact):
    """Something about a payable waits for a person; heard by ops."""

    type: ClassVar[str] = "vn.lephi.CaseOpened.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    case_id: UUID
    kind: CaseKind
    payment_id: UUID
    difference_vnd: SignedVnd


class CaseClosed(DossierFact):
    """A person decided a case; outcome ``supplement`` opens a payable. Heard by ops."""

    type: ClassVar[str] = "vn.lephi.CaseClosed.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    case_id: UUID
    kind: CaseKind
    payment_id: UUID
    difference_vnd: SignedVnd
    outcome: CaseOutcome
    by: StaffId


class _TillFact(Event):
    """What every fact of a till (quỹ) carries; it belongs to an agency, not to a dossier."""

    till_id: UUID
    agency_code: AgencyCode
    by: StaffId

    @property
    def subject(self) -> str:
        """Return the agency's code."""
        return self.agency_code


class TillOpened(_TillFact):
    """A cash drawer's day begins; heard by ops."""

    type: ClassVar[str] = "vn.lephi.TillOpened.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    opening_vnd: Vnd


class TillClosed(_TillFact):
    """The drawer was counted; a difference is recorded, never hidden. Heard by ops."""

    type: ClassVar[str] = "vn.lephi.TillClosed.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    expected_vnd: Vnd
    counted_vnd: Vnd
    difference_vnd: SignedVnd


class TillHandedOver(_TillFact):
    """The day's cash was handed over; heard by ops."""

    type: ClassVar[str] = "vn.lephi.TillHandedOver.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    handed_vnd: Vnd


class DayReconciled(Event):
    """A day of one channel was closed (đối soát); said for each run, heard by ops."""

    type: ClassVar[str] = "vn.lephi.DayReconciled.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    agency_code: AgencyCode
    day_on: date
    channel: PaymentChannel
    run: Version
    ours: Totals
    theirs: Totals
    matched: Totals
    differences: Annotated[tuple[Difference, ...], Field(max_length=len(DifferenceKind))] = ()

    @property
    def subject(self) -> str:
        """Return the agency's code."""
        return self.agency_code

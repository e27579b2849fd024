"""What staff see of refunds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain import payables, refund_rules, refunds
from payment_gateway.domain.errors import PayableNotFoundError, RefundNotFoundError
from payment_gateway.domain.payables import Payable
from payment_gateway.domain.refund_rules import Rule
from payment_gateway.domain.refunds import Refund
from payment_gateway.repository import payables as payable_rows
from payment_gateway.repository import refund_lists as lists
from payment_gateway.repository import refunds as rows
from payment_gateway.repository import reversals
from payment_gateway.repository.refund_lists import RefundLine
from payment_gateway.repository.refunds import RefundedMoney
from payment_gateway.use_cases.refund_sending import can_be_called
from payment_gateway.use_cases.refunding import ACT
from shared.contracts.parts import Line
from shared.db.tables import ApprovalRow

PAGE: Final = 50
DONE: Final = (refunds.Status.SETTLED, refunds.Status.DECLINED)


@dataclass(frozen=True)
class ShownRefund:
    """One refund with all that a second person needs to decide."""

    refund: Refund
    money: RefundedMoney
    proposed_at: datetime
    ended_at: datetime | None
    channel_reference: str | None
    payable: Payable | None
    approval: ApprovalRow | None
    """The newest request; None where a rule proposed it and nobody has asked yet."""
    is_taken_back: bool
    """A person reported that its bank took the money back, and that waits."""

    @property
    def waits_for_decision(self) -> bool:
        """Tell whether a second person is to decide now."""
        return self.approval is not None and self.approval.decided_at is None

    @property
    def may_be_asked_for(self) -> bool:
        """Tell whether it still has to be put before a second person."""
        proposed = refunds.LIFECYCLE.allows(self.refund.status, refunds.Trigger.APPROVE)
        return proposed and not self.waits_for_decision

    @property
    def is_paid_by_hand(self) -> bool:
        """Tell whether an accountant may pay it by transfer now."""
        trigger = refunds.Trigger.TAKE_BY_HAND
        failed = refunds.LIFECYCLE.allows(self.refund.status, refunds.Trigger.SEND)
        taken = refunds.LIFECYCLE.allows(self.refund.status, trigger) and failed
        return self.refund.status is refunds.Status.BY_HAND or (taken and bool(self.approval))

    @property
    def may_be_sent_again(self) -> bool:
        """Tell whether the channel may be asked once more."""
        failed = self.refund.status is refunds.Status.FAILED
        return failed and can_be_called(self.money) and not self.is_taken_back

    def line_name(self, line_id: UUID) -> str:
        """Return what a line is for."""
        lines: Sequence[Line] = self.payable.lines if self.payable is not None else ()
        return next((line.name for line in lines if line.line_id == line_id), "")


@dataclass(frozen=True)
class RefundableLine:
    """One fee line of a paid payable."""

    line: Line
    left_vnd: int
    """What can still go back."""
    rule: Rule | None


@dataclass(frozen=True)
class Refundable:
    """A paid payable of which something may go back."""

    payable: Payable
    lines: Sequence[RefundableLine]

    @property
    def left_vnd(self) -> int:
        """Return the sum of what can still go back."""
        return sum(each.left_vnd for each in self.lines)


async def list_refunds(
    session: AsyncSession, agencies: Sequence[str], *, done: bool, after: UUID | None
) -> Sequence[RefundLine]:
    """Return refunds of ``agencies``, those that are done or those that wait, newest first."""
    statuses = DONE if done else refunds.OPEN
    return await lists.list_refunds(session, agencies, statuses, after=after, limit=PAGE)


async def count_refunds(
    session: AsyncSession, agencies: Sequence[str]
) -> Mapping[refunds.Status, int]:
    """Return how many refunds of ``agencies`` stand where."""
    return await lists.count_by_status(session, agencies)


async def show_refund(
    session: AsyncSession, refund_id: UUID, agencies: Sequence[str]
) -> ShownRefund:
    """Return one refund of ``agencies``; raise RefundNotFoundError."""
    found = await rows.find_refund(session, refund_id)
    if found is None or found[0].agency_code not in agencies:
        raise RefundNotFoundError("no such refund of these agencies")
    refund, money, proposed_at = found
    payable = None
    if refund.payable_id is not None:
        payable = await payable_rows.read_payable(session, refund.payable_id)
    ended_at, reference = await lists.ending_of(session, refund_id)
    approval = await lists.newest_request(session, ACT, refund_id)
    gone = await reversals.waits(session, money.id)
    return ShownRefund(refund, money, proposed_at, ended_at, reference, payable, approval, gone)


async def show_refundable(
    session: AsyncSession, dossier_code: str, agencies: Sequence[str]
) -> Refundable:
    """Return what can still go back of a dossier's paid payable; raise PayableNotFoundError."""
    mine = [
        each
        for each in await payable_rows.payables_of(session, dossier_code)
        if each.payee.agency_code in agencies
        and payables.LIFECYCLE.allows(each.status, payables.Trigger.REFUND_PART)
    ]
    if not mine:
        raise PayableNotFoundError(dossier_code)
    payable = mine[-1]
    taken = await rows.taken_of(session, payable.id)
    lines = [
        RefundableLine(line, left, refund_rules.rule_of(line.fee_code))
        for line, left in refunds.refundable(payable, taken)
    ]
    return Refundable(payable, lines)


async def show_loose_money(
    session: AsyncSession, money_id: UUID, agencies: Sequence[str]
) -> RefundedMoney:
    """Return a money that settles nothing; raise RefundNotFoundError."""
    money = await rows.lock_money(session, money_id)
    if money is None or money.agency_code not in agencies or not money.unmatched_vnd:
        raise RefundNotFoundError("no such money of these agencies")
    return money

"""Refunds (hoàn trả): proposed by rule or by an accountant, decided by a second person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain import ledger, monies, payables, refund_facts, refund_rules, refunds
from payment_gateway.domain.channels import REFUNDS_BY_CALL
from payment_gateway.domain.errors import (
    NothingToRefundError,
    PayableNotFoundError,
    RefundNotFoundError,
    RefundOpenError,
)
from payment_gateway.domain.payables import Payable
from payment_gateway.domain.refunds import Refund, Trigger
from payment_gateway.repository import decisions, reversals
from payment_gateway.repository import monies as money_rows
from payment_gateway.repository import payables as payable_rows
from payment_gateway.repository import refunds as rows
from payment_gateway.repository.monies import Booking
from payment_gateway.repository.refunds import RefundedMoney, Step
from shared import approvals
from shared.approvals import ApprovalState, Decision, Person, Wanted
from shared.contracts.envelope import Cause, Event
from shared.contracts.money import RefundedLine, RefundReason, RefundScope
from shared.ids import new_id
from shared.outbox import emit

ACT: Final = "refund.pay"


@dataclass(frozen=True)
class Acting:
    """Who acts, when, and because of what."""

    by: Person
    cause: Cause
    now: datetime


@dataclass(frozen=True)
class Opened:
    """A refund with what it belongs to, locked until the transaction ends."""

    refund: Refund
    money: RefundedMoney
    payable: Payable | None
    correlation_id: UUID | None = None
    """Of the journey that the payable belongs to."""

    @property
    def receiving_agency(self) -> str:
        """Return the agency whose staff may see what happened."""
        return self.refund.agency_code if self.payable is None else self.payable.context.agency_code


@dataclass(frozen=True)
class LegalRefund:
    """What of a paid payable is to go back, line by line, and why."""

    payable_id: UUID
    amounts: Mapping[UUID, int]
    reason_code: RefundReason
    reason: str
    """In the accountant's words; they stay with us."""


async def lock_refund(session: AsyncSession, refund_id: UUID) -> Opened:
    """Return a refund, its money and its payable, locked: the payable first, as everywhere."""
    payable_id = await rows.payable_id_of(session, refund_id)
    payable = None
    if payable_id is not None:
        payable = await payable_rows.lock_payable(session, payable_id)
    found = await rows.find_refund(session, refund_id, lock=True)
    if found is None:
        raise RefundNotFoundError("no such refund")
    return await _opened(session, found[0], found[1], payable)


async def propose_surplus(
    session: AsyncSession, money_id: UUID, *, reason: str, acting: Acting
) -> UUID:
    """Ask that what a money does not settle goes back; return the refund's id."""
    money = await rows.lock_money(session, money_id)
    if money is None or not _may_see(acting, money.agency_code):
        raise RefundNotFoundError("no such money")
    if not money.unmatched_vnd or money.problem is None or money.problem.value not in _BY_PROBLEM:
        raise NothingToRefundError("this money settles something, or waits for the rest")
    payable = None
    if money.payable_id is not None:
        payable = await payable_rows.read_payable(session, money.payable_id)
    parts = Refund(
        id=new_id(), money_id=money.id, payable_id=money.payable_id,
        dossier_code=None if payable is None else payable.dossier_code,
        agency_code=money.agency_code, scope=RefundScope.SURPLUS, lines=(),
        amount_vnd=money.unmatched_vnd, status=refunds.LIFECYCLE.initial,
        reason_code=_BY_PROBLEM[money.problem.value], proposed_by=acting.by.subject,
        approved_by=None, error_code=None, calls=0, round=1, sent_at=None,
    )  # fmt: skip
    opened = await _opened(session, parts, money, payable)
    await _propose(session, opened, reason=reason, acting=acting)
    return parts.id


async def propose_legal(
    session: AsyncSession, wanted: LegalRefund, *, acting: Acting
) -> Sequence[UUID]:
    """Ask that a fee goes back, wholly or in part; return one refund's id for each money.

    Raises RefundForbiddenError where the law of a fee does not give it back for this reason, and
    NothingToRefundError where a line, or the money of the payment, has not so much left.
    """
    payable = await payable_rows.lock_payable(session, wanted.payable_id)
    if payable is None or not _may_see(acting, payable.payee.agency_code):
        raise PayableNotFoundError("of this agency")
    _require_left(payable, wanted, await rows.taken_of(session, payable.id))
    chosen = [line for line in payable.lines if wanted.amounts.get(line.line_id)]
    refund_rules.require_allowed([line.fee_code for line in chosen], wanted.reason_code)
    by_id = {money.id: money for money in await rows.monies_of(session, payable.id)}
    free = [
        (money.id, money.applied_vnd)
        for money in by_id.values()
        if not await rows.has_open(session, money.id)
    ]
    parts = refunds.spread(wanted.amounts, payable.lines, free)
    if sum(line.amount_vnd for _, mine in parts for line in mine) < sum(wanted.amounts.values()):
        raise RefundOpenError("its money waits for another refund")
    made = []
    for money_id, lines in parts:
        refund = _legal(payable, by_id[money_id], lines, wanted.reason_code, acting)
        opened = await _opened(session, refund, by_id[money_id], payable)
        await _propose(session, opened, reason=wanted.reason, acting=acting)
        made.append(refund.id)
    return made


async def ask_for_decision(
    session: AsyncSession, refund_id: UUID, *, reason: str, acting: Acting
) -> None:
    """Put a refund that a rule proposed before a second person."""
    opened = await lock_refund(session, refund_id)
    _require_seen(opened, acting)
    refunds.LIFECYCLE.next(opened.refund.status, Trigger.APPROVE)
    await _ask(session, opened, reason=reason, acting=acting)


async def decide(
    session: AsyncSession, refund_id: UUID, approval_id: UUID, decision: Decision, *, acting: Acting
) -> None:
    """End the request: an approved refund is sent, or waits to be paid by hand.

    A request that its accountant takes back ends the refund too, unless a rule proposed it.
    """
    opened = await lock_refund(session, refund_id)
    approval = await approvals.decide(session, approval_id, decision, by=acting.by, now=acting.now)
    if approval.subject != str(refund_id):
        raise RefundNotFoundError("the request is about another refund")
    if approval.state == ApprovalState.APPROVED:
        approvals.check_plan(approval, plan_of(opened))
        await _approve(session, opened, acting)
    elif approval.state == ApprovalState.DECLINED or opened.refund.proposed_by != refunds.BY_RULE:
        await decline(session, opened, acting)


async def decline(session: AsyncSession, opened: Opened, acting: Acting) -> None:
    """End a refund that nobody approved; its money stays where it is."""
    status = refunds.LIFECYCLE.next(opened.refund.status, Trigger.DECLINE)
    step = Step(status, {"ended_at": acting.now})
    await rows.move(session, opened.refund.id, step)
    await say(session, opened, refund_facts.declined(opened.refund, acting.by.subject), acting)


def plan_of(opened: Opened) -> dict[str, Any]:
    """Return everything that an approval gives back, as plain JSON."""
    refund, money = opened.refund, opened.money
    return {
        "refund_id": str(refund.id),
        "money_id": str(money.id),
        "channel": money.channel.value,
        "channel_reference": money.channel_reference,
        "scope": refund.scope.value,
        "reason_code": refund.reason_code.value,
        "amount_vnd": refund.amount_vnd,
        "lines": [line.model_dump(mode="json") for line in refund.lines],
    }


async def say(session: AsyncSession, opened: Opened, fact: Event, acting: Acting) -> UUID:
    """Emit ``fact`` in the journey that the payable belongs to; return the event's id."""
    journey = opened.correlation_id or acting.cause.correlation_id
    cause = Cause(correlation_id=journey, causation_id=acting.cause.causation_id)
    return await emit(session, fact, cause=cause, agency=opened.receiving_agency, now=acting.now)


_BY_PROBLEM: Final = {reason.value: reason for reason in refunds.TECHNICAL}


async def _opened(
    session: AsyncSession, refund: Refund, money: RefundedMoney, payable: Payable | None
) -> Opened:
    journey = None if payable is None else await rows.correlation_of(session, payable.id)
    return Opened(refund, money, payable, journey)


async def _propose(session: AsyncSession, opened: Opened, *, reason: str, acting: Acting) -> None:
    fact = refund_facts.proposed(opened.refund)
    if not await decisions.insert_refund(session, fact, now=acting.now):
        raise RefundOpenError("the money has an open refund")
    await _ask(session, opened, reason=reason, acting=acting)
    await say(session, opened, fact, acting)


async def _ask(session: AsyncSession, opened: Opened, *, reason: str, acting: Acting) -> None:
    wanted = Wanted(
        act=ACT, subject=str(opened.refund.id), plan=plan_of(opened), reason=reason,
        agency_code=opened.refund.agency_code,
    )  # fmt: skip
    await approvals.request(session, wanted, by=acting.by, now=acting.now)


async def _approve(session: AsyncSession, opened: Opened, acting: Acting) -> None:
    refund, money = opened.refund, opened.money
    _require_covered(opened)
    status = refunds.LIFECYCLE.next(refund.status, Trigger.APPROVE)
    by_call = money.channel in REFUNDS_BY_CALL and money.attempt_reference is not None
    by_call = by_call and not await reversals.waits(session, money.id)
    way = Trigger.SEND if by_call else Trigger.TAKE_BY_HAND
    status = refunds.LIFECYCLE.next(status, way)
    due_at = acting.now if by_call else None
    columns = {
        "approved_by": acting.by.subject, "due_at": due_at, "sent_at": due_at,
        "correlation_id": acting.cause.correlation_id, "causation_id": acting.cause.causation_id,
    }  # fmt: skip
    await rows.move(session, refund.id, Step(status, columns))
    refunding = monies.LIFECYCLE.next(money.status, monies.Trigger.REFUND)
    await rows.set_money_status(session, money.id, refunding)
    event_id = await say(session, opened, refund_facts.approved(refund, acting.by.subject), acting)
    entries = ledger.entries_of_approved_refund(
        refund.agency_code, refund.amount_vnd, money.problem, refund.lines
    )
    booking = Booking(new_id(), event_id, entries, refund.agency_code)
    await money_rows.book(session, booking, now=acting.now)


def _require_covered(opened: Opened) -> None:
    refund, money, payable = opened.refund, opened.money, opened.payable
    if refund.scope is RefundScope.SURPLUS:
        if money.unmatched_vnd != refund.amount_vnd:
            raise NothingToRefundError("the money settles something meanwhile")
    elif money.applied_vnd < refund.amount_vnd or payable is None or not _gives_back(payable):
        raise NothingToRefundError("the fee is not paid, or is disputed")


def _gives_back(payable: Payable) -> bool:
    return payables.LIFECYCLE.allows(payable.status, payables.Trigger.REFUND_PART)


def _require_left(payable: Payable, wanted: LegalRefund, taken: Mapping[UUID, int]) -> None:
    left = {line.line_id: rest for line, rest in refunds.refundable(payable, taken)}
    asked = wanted.amounts
    fits = all(0 <= amount <= left.get(line, 0) for line, amount in asked.items())
    legal = wanted.reason_code in refunds.LEGAL
    if not fits or not any(asked.values()) or not legal or not _gives_back(payable):
        raise NothingToRefundError("a line has not so much left, or the fee is not paid")


def _legal(
    payable: Payable,
    money: RefundedMoney,
    lines: tuple[RefundedLine, ...],
    reason_code: RefundReason,
    acting: Acting,
) -> Refund:
    return Refund(
        id=new_id(), money_id=money.id, payable_id=payable.id,
        dossier_code=payable.dossier_code, agency_code=money.agency_code,
        scope=RefundScope.PAYABLE, lines=lines,
        amount_vnd=sum(line.amount_vnd for line in lines), status=refunds.LIFECYCLE.initial,
        reason_code=reason_code, proposed_by=acting.by.subject, approved_by=None,
        error_code=None, calls=0, round=1, sent_at=None,
    )  # fmt: skip


def _may_see(acting: Acting, agency_code: str) -> bool:
    return acting.by.agencies is None or agency_code in acting.by.agencies


def _require_seen(opened: Opened, acting: Acting) -> None:
    if not _may_see(acting, opened.refund.agency_code):
        raise RefundNotFoundError("of another agency")

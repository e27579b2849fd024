"""Approved refunds on their way: called, asked about, settled, refused, or paid by hand."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain import ledger, payables, refund_facts, refunds
from payment_gateway.domain.channels import REFUNDS_BY_CALL
from payment_gateway.domain.errors import MoneyTakenBackError, RefundNotFoundError
from payment_gateway.domain.refunds import (
    LEASE,
    NotPaidBack,
    Outcome,
    PaidBack,
    RefundOrder,
    Status,
    Trigger,
)
from payment_gateway.repository import monies as money_rows
from payment_gateway.repository import refunds as rows
from payment_gateway.repository import reversals
from payment_gateway.repository.monies import Booking
from payment_gateway.repository.refunds import RefundedMoney, Step
from payment_gateway.use_cases.refunding import Acting, Opened, lock_refund, say
from shared.approvals import Person
from shared.contracts.envelope import Cause
from shared.contracts.money import RefundScope
from shared.contracts.parts import PaymentChannel
from shared.db.tables import AuditRow
from shared.ids import new_id

PAY: Final = "pay-refund"
"""Name of the job that calls a channel to give money back."""
_SYSTEM: Final = Person(refunds.BY_RULE, refunds.BY_RULE)


@dataclass(frozen=True)
class Claimed:
    """A refund whose channel a job calls now."""

    order: RefundOrder
    asks_first: bool
    """It was called before: perhaps it was done, though we never heard."""
    cause: Cause


async def take_due_refund(
    session: AsyncSession, only: UUID | None, *, now: datetime
) -> Claimed | None:
    """Return a refund whose channel is to be called, held for a while."""
    claimed = await rows.claim_due(session, only, now=now, lease=LEASE)
    if claimed is None:
        return None
    found = await rows.find_refund(session, claimed)
    cause = await rows.cause_of(session, claimed)
    if found is None or cause is None:
        raise RefundNotFoundError("it was there a moment ago")
    refund, money, _ = found
    order = RefundOrder(
        refund_id=refund.id,
        key=refunds.key_of(refund.id, refund.round),
        channel=money.channel,
        attempt_reference=money.attempt_reference or "",
        attempt_created_at=money.attempt_created_at or money.received_at,
        channel_reference=money.channel_reference,
        paid_vnd=money.amount_vnd,
        amount_vnd=refund.amount_vnd,
        dossier_code=refund.dossier_code or "",
        by=refund.approved_by or refunds.BY_RULE,
        sent_at=refund.sent_at or now,
        earlier_references=await rows.other_references(session, money.id, refund.id),
    )
    return Claimed(order, refund.calls > 1, Cause(*cause))


async def record_outcome(
    session: AsyncSession, claimed: Claimed, outcome: Outcome, *, now: datetime
) -> None:
    """Store what a channel answered; what it does not know yet is asked again by schedule."""
    opened = await lock_refund(session, claimed.order.refund_id)
    refund = opened.refund
    acting = Acting(_SYSTEM, claimed.cause, now)
    if not refunds.LIFECYCLE.allows(refund.status, Trigger.FAIL):
        return  # Another worker was faster; the first final answer counts.
    if isinstance(outcome, PaidBack):
        paid = _Paid(outcome.reference, opened.money.channel, refund.status)
        await _settle(session, opened, paid, acting)
    elif isinstance(outcome, NotPaidBack):
        await _fail(session, opened, outcome.code, acting)
    else:
        due_at = refunds.ask_again(refund.calls, now=now)
        if due_at is None:
            await _fail(session, opened, refunds.NO_ANSWER, acting)
        else:
            await rows.move(session, refund.id, Step(refund.status, {"due_at": due_at}))


async def send_again(session: AsyncSession, refund_id: UUID, *, acting: Acting) -> None:
    """Have a failed refund sent again.

    After a refusal with a new key; where the channel never answered with the same key, and it is
    asked first: it may have been paid.
    """
    opened = await _of_agency(session, refund_id, acting)
    refund = opened.refund
    if await reversals.waits(session, refund.money_id):
        raise MoneyTakenBackError("it would leave twice")
    status = refunds.LIFECYCLE.next(refund.status, Trigger.SEND)
    columns: dict[str, object] = {"due_at": acting.now, "error_code": None, "ended_at": None}
    if refund.may_have_been_paid:
        columns["calls"] = 1
    else:
        columns |= {"calls": 0, "round": refund.round + 1, "sent_at": acting.now}
    await rows.move(session, refund.id, Step(status, columns))
    _keep_act(session, refund.id, "send_again", acting)


async def pay_by_hand(
    session: AsyncSession, refund_id: UUID, *, reference: str, acting: Acting
) -> None:
    """Store that an accountant paid a refund by transfer; ``reference`` is the bank's.

    Where the bank had taken the money back by itself nobody paid: it is booked as the channel's.
    Raises MoneyTakenBackError where only a part of such money was to go back.
    """
    opened = await _of_agency(session, refund_id, acting)
    refund, money = opened.refund, opened.money
    status = refund.status
    if refunds.LIFECYCLE.allows(status, Trigger.TAKE_BY_HAND):
        status = refunds.LIFECYCLE.next(status, Trigger.TAKE_BY_HAND)
    refunds.LIFECYCLE.next(status, Trigger.SETTLE)
    if status is not Status.BY_HAND:
        raise RefundNotFoundError("the channel is still asked")
    by_bank = await reversals.waits(session, money.id)
    if by_bank and refund.amount_vnd != money.amount_vnd:
        raise MoneyTakenBackError("the bank has all of it")
    paid = _Paid(reference, money.channel if by_bank else None, status)
    await _settle(session, opened, paid, acting)
    if by_bank:
        by = acting.by.subject
        await reversals.judge(session, money.id, by=by, case_id=None, now=acting.now)
    _keep_act(session, refund.id, "taken_by_bank" if by_bank else "paid_by_hand", acting)


def can_be_called(money: RefundedMoney) -> bool:
    """Tell whether its channel gives money back when it is asked to."""
    return money.channel in REFUNDS_BY_CALL and money.attempt_reference is not None


@dataclass(frozen=True)
class _Paid:
    """How a refund was paid; ``channel`` None: by hand, by transfer. ``status``: what it was."""

    reference: str
    channel: PaymentChannel | None
    status: Status


async def _settle(session: AsyncSession, opened: Opened, paid: _Paid, acting: Acting) -> None:
    refund, money, payable = opened.refund, opened.money, opened.payable
    status = refunds.LIFECYCLE.next(paid.status, Trigger.SETTLE)
    columns = {"channel_reference": paid.reference, "due_at": None, "ended_at": acting.now}
    await rows.move(session, refund.id, Step(status, columns))
    legal = refund.scope is RefundScope.PAYABLE
    await rows.give_back(
        session, money,
        applied_vnd=refund.amount_vnd if legal else 0,
        unmatched_vnd=0 if legal else refund.amount_vnd,
    )  # fmt: skip
    if legal and payable is not None:
        after = payables.after_refund(payable, refund.amount_vnd)
        await rows.refund_payable(session, payable.id, after, amount_vnd=refund.amount_vnd)
    fact = refund_facts.settled(refund, payable, channel=paid.channel, reference=paid.reference)
    event_id = await say(session, opened, fact, acting)
    entries = ledger.entries_of_settled_refund(refund.agency_code, refund.amount_vnd, paid.channel)
    booking = Booking(new_id(), event_id, entries, refund.agency_code)
    await money_rows.book(session, booking, now=acting.now)


async def _fail(session: AsyncSession, opened: Opened, code: str, acting: Acting) -> None:
    status = refunds.LIFECYCLE.next(opened.refund.status, Trigger.FAIL)
    step = Step(status, {"error_code": code, "due_at": None, "ended_at": acting.now})
    await rows.move(session, opened.refund.id, step)
    await say(session, opened, refund_facts.failed(opened.refund, code), acting)


async def _of_agency(session: AsyncSession, refund_id: UUID, acting: Acting) -> Opened:
    opened = await lock_refund(session, refund_id)
    seen = acting.by.agencies
    if seen is not None and opened.refund.agency_code not in seen:
        raise RefundNotFoundError("of another agency")
    return opened


def _keep_act(session: AsyncSession, refund_id: UUID, act: str, acting: Acting) -> None:
    rows.insert_audit(
        session,
        AuditRow(
            id=new_id(), at=acting.now, actor=acting.by.subject, act=f"refund.{act}",
            subject=str(refund_id), reason=None, details={},
        ),
    )  # fmt: skip

"""A bank takes money back (đảo giao dịch): the payable is disputed until a person decides."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain import facts, ledger, payables, reversals
from payment_gateway.domain.cases import Case, left_of
from payment_gateway.domain.errors import (
    MoneyNotFoundError,
    NotReversibleError,
    RefundsOnTheWayError,
    ReversalNotFoundError,
)
from payment_gateway.domain.payables import Payable, Trigger
from payment_gateway.repository import cases as case_rows
from payment_gateway.repository import decisions
from payment_gateway.repository import loose as rows
from payment_gateway.repository import monies as money_rows
from payment_gateway.repository import payables as payable_rows
from payment_gateway.repository import refunds as refund_rows
from payment_gateway.repository import reversals as report_rows
from payment_gateway.repository.cases import About
from payment_gateway.repository.loose import PlacedMoney
from payment_gateway.repository.monies import Booking, PayableAfter
from payment_gateway.use_cases.acting import audit_row, may_act_for
from payment_gateway.use_cases.cases import Finding, opened_fact
from payment_gateway.use_cases.held import give_up_one
from payment_gateway.use_cases.refunding import Acting
from shared.contracts.money import CaseKind, RefundReason
from shared.contracts.parts import PaymentChannel
from shared.contracts.payment import UnmatchedKind
from shared.ids import new_id
from shared.outbox import Emission, emit

REVERSED: Final = "money.reversed"
CLOSED: Final = "money.reversal_closed"
"""Names of the audit rows."""


async def report(
    session: AsyncSession,
    channel: PaymentChannel,
    channel_reference: str,
    reason: str,
    *,
    acting: Acting,
) -> UUID | None:
    """Record that a bank took a money back, wherever it is, and judge it as far as it can be.

    Return the case that is open about it; None where the report waits.

    Money that paid a payable in full opens a case. What settles nothing has its refund, which is
    recorded as done by the bank. All else waits for a person; told again, it is judged again.
    Raises MoneyNotFoundError, and NotReversibleError for cash.
    """
    if channel is PaymentChannel.CASH:
        raise NotReversibleError("cash has no bank")
    payable, money = await _lock(session, channel, channel_reference, acting)
    asked = await case_rows.open_reversal(session, money.id)
    if asked is not None:
        return asked
    by, now = acting.by.subject, acting.now
    await report_rows.keep(session, money.id, by=by, reason=reason, now=now)
    session.add(
        audit_row(
            acting, REVERSED, str(money.id), reason, channel_reference=money.channel_reference
        )
    )
    if payable is not None and _is_reversible(payable, money):
        case_id = await _open(session, payable, money, acting=acting)
        await report_rows.judge(session, money.id, by=by, case_id=case_id, now=now)
        return case_id
    if payable is not None and money.is_held:
        await give_up_one(session, payable, money, cause=acting.cause, now=now)
    elif money.is_loose:
        await _propose(session, payable, money, acting)
    return None


async def _lock(
    session: AsyncSession, channel: PaymentChannel, channel_reference: str, acting: Acting
) -> tuple[Payable | None, PlacedMoney]:
    """Return the money of a reference and its payable, locked, the payable first."""
    found = await rows.find_money(session, channel, channel_reference)
    if found is None or not may_act_for(acting, found.agency_code):
        raise MoneyNotFoundError("no money of this reference")
    payable = None
    if found.payable_id is not None:
        payable = await payable_rows.lock_payable(session, found.payable_id)
    money = await rows.read_money(session, found.id, lock=True)
    if money is None:
        raise MoneyNotFoundError("money is never deleted")
    return payable, money


async def close_report(
    session: AsyncSession, report_id: UUID, note: str, *, acting: Acting
) -> None:
    """End a report that waits, because a person knows better; raise ReversalNotFoundError."""
    found = await report_rows.lock_report(session, report_id)
    if found is None or not may_act_for(acting, found[1]):
        raise ReversalNotFoundError("no such report")
    row = found[0]
    row.status = reversals.LIFECYCLE.next(row.status, reversals.Trigger.CLOSE)
    row.ended_at, row.ended_by, row.note = acting.now, acting.by.subject, note
    session.add(audit_row(acting, CLOSED, str(row.money_id), note, report_id=str(report_id)))


@dataclass(frozen=True)
class Settled:
    """What comes of a dispute: facts besides the case's own, and how the end is booked."""

    said: list[Emission]
    entries: ledger.Entries


async def win(session: AsyncSession, payable: Payable, case: Case) -> Settled:
    """Let a disputed payable (locked) be paid again: the bank gave the money back to us."""
    money = await _money_of(session, case)
    await _store(session, payable, payables.after_dispute(payable), payable.applied_vnd)
    return Settled([], ledger.entries_of_dispute(money.channel, -money.applied_vnd))


async def undo(session: AsyncSession, payable: Payable, case: Case, *, acting: Acting) -> Settled:
    """End a disputed payable (locked): its bank kept the money; what else paid it is loose.

    Raises RefundsOnTheWayError while that other money has a refund that is not over.
    """
    money = await _money_of(session, case)
    others = [each for each in await rows.applied_to(session, payable.id) if each.id != money.id]
    if any(each.has_open_refund for each in others):
        raise RefundsOnTheWayError("its lines would go back twice")
    left = left_of(payable, await refund_rows.taken_of(session, payable.id))
    status = payables.LIFECYCLE.next(payable.status, Trigger.REVERSE)
    await _store(session, payable, status, 0)
    await rows.take_back(session, money)
    said: list[Emission] = []
    for each in others:
        said += await _let_loose(session, payable, each, acting)
    entries = ledger.entries_of_reversal(
        money.channel, money.applied_vnd, payable.payee.agency_code, left.lines,
        sum(each.unmatched_vnd for each in others),
    )  # fmt: skip
    return Settled(said, entries)


def _is_reversible(payable: Payable, money: PlacedMoney) -> bool:
    whole = money.applied_vnd > 0 and not money.unmatched_vnd and not money.refunded_vnd
    disputable = payables.LIFECYCLE.allows(payable.status, Trigger.DISPUTE)
    return whole and disputable and not money.has_open_refund


async def _open(
    session: AsyncSession, payable: Payable, money: PlacedMoney, *, acting: Acting
) -> UUID:
    number = await case_rows.count_reversals(session, payable.id) + 1
    about = About(version=number, money_id=money.id)
    opened = opened_fact(payable, Finding(CaseKind.MONEY_REVERSED, -money.applied_vnd, about))
    status = payables.LIFECYCLE.next(payable.status, Trigger.DISPUTE)
    await _store(session, payable, status, payable.applied_vnd)
    await case_rows.insert_case(session, opened, about, now=acting.now)
    await session.flush()
    agency = payable.context.agency_code
    event_id = await emit(session, opened, cause=acting.cause, agency=agency, now=acting.now)
    entries = ledger.entries_of_dispute(money.channel, money.applied_vnd)
    await money_rows.book(
        session, Booking(new_id(), event_id, entries, money.agency_code), now=acting.now
    )
    return opened.case_id


async def _propose(
    session: AsyncSession, payable: Payable | None, money: PlacedMoney, acting: Acting
) -> None:
    """Propose the refund that its bank has made already; a second person agrees to it."""
    reason = RefundReason(money.kind.value)
    refund = facts.refund_proposed(new_id(), money.surplus(payable), reason)
    if await decisions.insert_refund(session, refund, now=acting.now):
        agency = money.agency_code if payable is None else payable.context.agency_code
        await emit(session, refund, cause=acting.cause, agency=agency, now=acting.now)


async def _store(
    session: AsyncSession, payable: Payable, status: payables.Status, applied_vnd: int
) -> None:
    after = PayableAfter(status, None, applied_vnd, 0, payable.settled_at)
    await money_rows.update_payable(session, payable.id, after)


async def _money_of(session: AsyncSession, case: Case) -> PlacedMoney:
    money = None
    if case.money_id is not None:
        money = await rows.read_money(session, case.money_id, lock=True)
    if money is None:
        raise MoneyNotFoundError("the case names no money")
    return money


async def _let_loose(
    session: AsyncSession, payable: Payable, money: PlacedMoney, acting: Acting
) -> list[Emission]:
    await rows.let_loose(session, money)
    loose = await rows.read_money(session, money.id)
    agency = payable.context.agency_code
    if loose is None:
        raise MoneyNotFoundError("it was there a statement ago")
    surplus = loose.surplus(payable)
    said = [Emission(facts.unmatched(surplus, UnmatchedKind.LATE), acting.cause, agency)]
    refund = facts.refund_proposed(new_id(), surplus, RefundReason.LATE)
    if await decisions.insert_refund(session, refund, now=acting.now):
        said.append(Emission(refund, acting.cause, agency))
    return said

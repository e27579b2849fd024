"""A bank takes money back (đảo giao dịch): the payable is disputed until a person decides."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain import facts, ledger, payables
from payment_gateway.domain.cases import Case
from payment_gateway.domain.errors import MoneyNotFoundError, NotReversibleError
from payment_gateway.domain.payables import Payable, Trigger
from payment_gateway.repository import cases as case_rows
from payment_gateway.repository import decisions
from payment_gateway.repository import loose as rows
from payment_gateway.repository import monies as money_rows
from payment_gateway.repository import payables as payable_rows
from payment_gateway.repository.cases import About
from payment_gateway.repository.loose import PlacedMoney
from payment_gateway.repository.monies import Booking, PayableAfter
from payment_gateway.use_cases.acting import audit_row, may_act_for
from payment_gateway.use_cases.cases import Finding, opened_fact
from payment_gateway.use_cases.refunding import Acting
from shared.contracts.money import CaseKind, RefundReason
from shared.contracts.parts import PaymentChannel
from shared.contracts.payment import UnmatchedKind
from shared.ids import new_id
from shared.outbox import Emission, emit

REVERSED: Final = "money.reversed"
"""Name of the audit row."""


async def report(
    session: AsyncSession,
    channel: PaymentChannel,
    channel_reference: str,
    reason: str,
    *,
    acting: Acting,
) -> UUID:
    """Record that a bank took a money back; return the case that it opens.

    Raises MoneyNotFoundError, and NotReversibleError where the money did not settle a payable that
    stands as paid in full: what is loose is on the list, what goes back has its refund.
    """
    found = await rows.find_money(session, channel, channel_reference)
    if found is None or not may_act_for(acting, found.agency_code):
        raise MoneyNotFoundError("no money of this reference")
    if found.payable_id is None:
        raise NotReversibleError("it settles nothing")
    payable = await payable_rows.lock_payable(session, found.payable_id)
    money = await rows.read_money(session, found.id, lock=True)
    if payable is None or money is None or not _is_reversible(payable, money):
        raise NotReversibleError("the payable is not paid in full by it")
    return await _open(session, payable, money, reason, acting=acting)


@dataclass(frozen=True)
class Settled:
    """What comes of a dispute: facts besides the case's own, and how the end is booked."""

    said: list[Emission]
    entries: ledger.Entries


async def win(session: AsyncSession, payable: Payable, case: Case) -> Settled:
    """Let a disputed payable (locked) be paid again: the bank gave the money back to us."""
    money = await _money_of(session, case)
    await _store(session, payable, Trigger.DISPUTE_WON, applied_vnd=payable.amount_vnd)
    return Settled([], ledger.entries_of_dispute(money.channel, -money.applied_vnd))


async def undo(session: AsyncSession, payable: Payable, case: Case, *, acting: Acting) -> Settled:
    """End a disputed payable (locked): its bank kept the money; what else paid it is loose."""
    money = await _money_of(session, case)
    others = [each for each in await rows.applied_to(session, payable.id) if each.id != money.id]
    await _store(session, payable, Trigger.REVERSE, applied_vnd=0)
    await rows.take_back(session, money)
    said: list[Emission] = []
    for each in others:
        said += await _let_loose(session, payable, each, acting)
    return Settled(said, ledger.entries_of_reversal(money.channel, money.applied_vnd, payable))


def _is_reversible(payable: Payable, money: PlacedMoney) -> bool:
    whole = money.applied_vnd > 0 and not money.unmatched_vnd and not money.refunded_vnd
    disputable = payables.LIFECYCLE.allows(payable.status, Trigger.DISPUTE)
    return whole and disputable and not money.has_open_refund


async def _open(
    session: AsyncSession, payable: Payable, money: PlacedMoney, reason: str, *, acting: Acting
) -> UUID:
    number = await case_rows.count_reversals(session, payable.id) + 1
    about = About(version=number, money_id=money.id)
    opened = opened_fact(payable, Finding(CaseKind.MONEY_REVERSED, -money.applied_vnd, about))
    await _store(session, payable, Trigger.DISPUTE, applied_vnd=payable.amount_vnd)
    await case_rows.insert_case(session, opened, about, now=acting.now)
    session.add(
        audit_row(
            acting, REVERSED, str(money.id), reason, channel_reference=money.channel_reference
        )
    )
    await session.flush()
    agency = payable.context.agency_code
    event_id = await emit(session, opened, cause=acting.cause, agency=agency, now=acting.now)
    entries = ledger.entries_of_dispute(money.channel, money.applied_vnd)
    await money_rows.book(
        session, Booking(new_id(), event_id, entries, money.agency_code), now=acting.now
    )
    return opened.case_id


async def _store(
    session: AsyncSession, payable: Payable, trigger: Trigger, *, applied_vnd: int
) -> None:
    status = payables.LIFECYCLE.next(payable.status, trigger)
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

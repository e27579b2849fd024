"""Assign money that settles nothing to a dossier: an accountant asks, a supervisor agrees."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain import facts, ledger, payables
from payment_gateway.domain.errors import (
    MoneyNotFoundError,
    MoneyPlacedError,
    MoneyTakenBackError,
    NothingDueError,
    OtherPayeeError,
    PayableNotFoundError,
)
from payment_gateway.domain.payables import HoldReason, Payable, Trigger, shown
from payment_gateway.repository import decisions
from payment_gateway.repository import loose as rows
from payment_gateway.repository import monies as money_rows
from payment_gateway.repository import payables as payable_rows
from payment_gateway.repository.loose import PlacedMoney
from payment_gateway.repository.monies import Booking, PayableAfter
from payment_gateway.use_cases.acting import may_act_for
from payment_gateway.use_cases.refunding import Acting
from shared import approvals
from shared.approvals import ApprovalState, Decision, Wanted
from shared.contracts.envelope import Event
from shared.contracts.money import RefundReason
from shared.contracts.payment import UnmatchedKind
from shared.ids import new_id
from shared.outbox import Emission, emit_all

ACT: Final = "money.match"


@dataclass(frozen=True)
class Match:
    """A money, and what it is to pay for."""

    money: PlacedMoney
    payable: Payable

    @property
    def applied_vnd(self) -> int:
        """Return how much of it settles the payable now; 0 where it waits for the rest."""
        missing = self.payable.remaining_vnd
        return missing if self.money.unmatched_vnd >= missing else 0

    @property
    def completes(self) -> bool:
        """Tell whether the payable is settled by it."""
        return self.applied_vnd > 0

    @property
    def over_vnd(self) -> int:
        """Return what of it is more than was missing, and goes back."""
        return self.money.unmatched_vnd - self.applied_vnd if self.completes else 0


async def read_money(session: AsyncSession, money_id: UUID, *, acting: Acting) -> PlacedMoney:
    """Return a money of an agency that the person acts for; raise MoneyNotFoundError."""
    money = await rows.read_money(session, money_id)
    if money is None or not may_act_for(acting, money.agency_code):
        raise MoneyNotFoundError("no such money")
    return money


async def ask(
    session: AsyncSession, money_id: UUID, dossier_code: str, reason: str, *, acting: Acting
) -> UUID:
    """Ask that a money pays for a dossier; return the request that a second person decides on."""
    await read_money(session, money_id, acting=acting)
    match = await _lock(session, money_id, dossier_code)
    wanted = Wanted(
        act=ACT, subject=str(money_id), plan=plan_of(match), reason=reason,
        agency_code=match.money.agency_code,
    )  # fmt: skip
    return (await approvals.request(session, wanted, by=acting.by, now=acting.now)).id


async def decide(
    session: AsyncSession, approval_id: UUID, decision: Decision, *, acting: Acting
) -> None:
    """End a request; an approval assigns the money as asked, in this transaction."""
    wanted = await approvals.find(session, ACT, approval_id, agencies=acting.by.agencies)
    row = await approvals.decide(session, approval_id, decision, by=acting.by, now=acting.now)
    if row.state != ApprovalState.APPROVED:
        return
    match = await _lock(session, UUID(wanted.subject), row.plan["dossier_code"])
    approvals.check_plan(row, plan_of(match))
    await _carry_out(session, match, row.requested_by, acting)


def plan_of(match: Match) -> dict[str, Any]:
    """Return everything that an approval does, as plain JSON."""
    return {
        "money_id": str(match.money.id),
        "channel": match.money.channel.value,
        "channel_reference": match.money.channel_reference,
        "unmatched_vnd": match.money.unmatched_vnd,
        "dossier_code": match.payable.dossier_code,
        "payment_id": str(match.payable.id),
        "remaining_vnd": match.payable.remaining_vnd,
        "over_vnd": match.over_vnd,
    }


async def _lock(session: AsyncSession, money_id: UUID, dossier_code: str) -> Match:
    """Return money and payable, locked, the payable first as everywhere."""
    known = await payable_rows.lock_payables_of(session, [dossier_code])
    payable = shown(known.get(dossier_code, ()))
    if payable is None:
        raise PayableNotFoundError(dossier_code)
    money = await rows.read_money(session, money_id, lock=True)
    if money is None:
        raise MoneyNotFoundError("no such money")
    if money.is_taken_back:
        raise MoneyTakenBackError("its bank has it")
    if not money.is_assignable:
        raise MoneyPlacedError("it settles something, waits for the rest, or goes back already")
    if not payable.takes_money:
        raise NothingDueError("nothing is due of this dossier")
    if payable.payee.agency_code != money.agency_code:
        raise OtherPayeeError("the money lies on another agency's account")
    return Match(money, payable)


async def _carry_out(session: AsyncSession, match: Match, by: str, acting: Acting) -> None:
    """Say what happened, then write it: the ledger names the fact that caused its booking."""
    payable, money = match.payable, match.money
    held = await money_rows.lock_held(session, payable.id) if match.completes else ()
    matched = facts.assigned(payable, money.id, decided_by=by, approved_by=acting.by.subject)
    said: list[Event] = [matched]
    if match.completes:
        monies = [*(each.money for each in held), money.settling(match.applied_vnd)]
        paid_at = max([money.booked_at, *(each.booked_at for each in held)])
        said.append(facts.settled(payable, monies, paid_at=paid_at, now=acting.now))
        said.extend(facts.topped_up(payable, each.money.money_id) for each in held)
    said += await _left_over(session, match, acting)
    agency = payable.context.agency_code
    ids = await emit_all(session, [Emission(f, acting.cause, agency) for f in said], now=acting.now)
    await rows.assign(session, money, payable.id, applied_vnd=match.applied_vnd)
    for each in held:
        await money_rows.apply_held(
            session, each.money.money_id, applied_vnd=each.unmatched_vnd,
            problem=UnmatchedKind.SHORT,
        )  # fmt: skip
    await money_rows.update_payable(session, payable.id, _after(match, acting))
    entries = ledger.entries_of_match(
        money.kind, payable, money.unmatched_vnd, completes=match.completes
    )
    await money_rows.book(
        session, Booking(new_id(), ids[0], entries, money.agency_code), now=acting.now
    )


async def _left_over(session: AsyncSession, match: Match, acting: Acting) -> list[Event]:
    surplus = match.money.surplus(match.payable)
    if not match.completes:
        return [facts.unmatched(surplus, UnmatchedKind.SHORT)]
    if not match.over_vnd:
        return []
    over = match.money.left_over(match.payable, match.over_vnd)
    refund = facts.refund_proposed(new_id(), over, RefundReason.OVER)
    await decisions.insert_refund(session, refund, now=acting.now)
    return [facts.unmatched(over, UnmatchedKind.OVER), refund]


def _after(match: Match, acting: Acting) -> PayableAfter:
    payable = match.payable
    if match.completes:
        status = payables.LIFECYCLE.next(payable.status, Trigger.SUM_COMPLETE)
        return PayableAfter(status, None, payable.amount_vnd, 0, acting.now)
    status = payables.LIFECYCLE.next(payable.status, Trigger.PART_RECEIVED)
    held_vnd = payable.held_vnd + match.money.unmatched_vnd
    return PayableAfter(status, HoldReason.SHORT, 0, held_vnd, None)

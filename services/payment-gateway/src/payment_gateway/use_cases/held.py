"""Money that came short: settled by an amendment, or given up when its payable closes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain import facts, ledger, payables
from payment_gateway.domain.facts import Surplus
from payment_gateway.domain.payables import Payable
from payment_gateway.repository import decisions
from payment_gateway.repository import monies as money_rows
from payment_gateway.repository import payables as payable_rows
from payment_gateway.repository.loose import PlacedMoney
from payment_gateway.repository.monies import Booking, HeldMoney, PayableAfter
from shared.contracts.envelope import Cause
from shared.contracts.money import RefundReason
from shared.contracts.payment import UnmatchedKind
from shared.ids import new_id
from shared.outbox import Emission, emit_all


async def complete_from_held(
    session: AsyncSession,
    payable: Payable,
    said: Sequence[Emission],
    *,
    cause: Cause,
    now: datetime,
) -> None:
    """Settle ``payable``, amended to at most what is held for it; the rest is over."""
    held = await money_rows.lock_held(session, payable.id)
    surplus_vnd = payable.held_vnd - payable.amount_vnd
    applied = _spread(held, payable.amount_vnd)
    monies_in = [
        each.money.model_copy(update={"applied_vnd": part})
        for each, part in zip(held, applied, strict=True)
        if part
    ]
    paid_at = max(each.booked_at for each in held)
    settled = facts.settled(payable, monies_in, paid_at=paid_at, now=now)
    agency = payable.context.agency_code
    matched = [Emission(facts.topped_up(payable, m.money_id), cause, agency) for m in monies_in]
    over = [
        _surplus(payable, each, each.unmatched_vnd - part)
        for each, part in zip(held, applied, strict=True)
        if part < each.unmatched_vnd
    ]
    rest = await _refund_all(session, over, UnmatchedKind.OVER, cause=cause, now=now)
    ids = await emit_all(
        session, [*said, Emission(settled, cause, agency), *matched, *rest], now=now
    )
    status = payables.LIFECYCLE.next(payable.status, payables.Trigger.SUM_COMPLETE)
    after = PayableAfter(status, None, payable.amount_vnd, 0, now)
    await money_rows.update_payable(session, payable.id, after)
    await payable_rows.amend_payable(session, payable)
    for each, part in zip(held, applied, strict=True):
        kind = UnmatchedKind.SHORT if part == each.unmatched_vnd else UnmatchedKind.OVER
        await money_rows.apply_held(session, each.money.money_id, applied_vnd=part, problem=kind)
    entries = ledger.entries_of_completion(payable, surplus_vnd)
    booking = Booking(new_id(), ids[len(said)], entries, payable.payee.agency_code)
    await money_rows.book(session, booking, now=now)


async def give_up_held(
    session: AsyncSession, payable: Payable, *, cause: Cause, now: datetime
) -> list[Emission]:
    """Propose to give back what was held for a payable that closes; return what to say."""
    held = await money_rows.lock_held(session, payable.id)
    surpluses = [_surplus(payable, each, each.unmatched_vnd) for each in held]
    for each in held:
        await money_rows.rename_problem(session, each.money.money_id, UnmatchedKind.LATE)
    return await _refund_all(session, surpluses, UnmatchedKind.LATE, cause=cause, now=now)


async def give_up_one(
    session: AsyncSession, payable: Payable, money: PlacedMoney, *, cause: Cause, now: datetime
) -> None:
    """Let one money, which its bank took back, no longer be held for an open payable (locked)."""
    surplus = money.surplus(payable)
    await money_rows.rename_problem(session, money.id, UnmatchedKind.LATE)
    said = await _refund_all(session, [surplus], UnmatchedKind.LATE, cause=cause, now=now)
    ids = await emit_all(session, said, now=now)
    held_vnd = payable.held_vnd - money.unmatched_vnd
    status, reason = payable.status, payable.hold_reason
    if not held_vnd:
        status, reason = payables.LIFECYCLE.next(status, payables.Trigger.RELEASE), None
    await money_rows.update_payable(
        session, payable.id, PayableAfter(status, reason, 0, held_vnd, None)
    )
    entries = ledger.entries_of_reclassified(
        UnmatchedKind.SHORT, UnmatchedKind.LATE, money.unmatched_vnd
    )
    booking = Booking(new_id(), ids[0], entries, payable.payee.agency_code)
    await money_rows.book(session, booking, now=now)


def _spread(held: Sequence[HeldMoney], due_vnd: int) -> list[int]:
    """Return how much of each money settles ``due_vnd``, the oldest first."""
    parts = []
    for each in held:
        part = min(each.unmatched_vnd, due_vnd)
        parts.append(part)
        due_vnd -= part
    return parts


def _surplus(payable: Payable, held: HeldMoney, unmatched_vnd: int) -> Surplus:
    return Surplus(
        money_id=held.money.money_id,
        channel=held.money.channel,
        channel_reference=held.money.channel_reference,
        amount_vnd=held.money.amount_vnd,
        unmatched_vnd=unmatched_vnd,
        agency_code=held.agency_code,
        received_at=held.money.received_at,
        payable=payable,
    )


async def _refund_all(
    session: AsyncSession,
    surpluses: Sequence[Surplus],
    kind: UnmatchedKind,
    *,
    cause: Cause,
    now: datetime,
) -> list[Emission]:
    said: list[Emission] = []
    for each in surpluses:
        agency = each.payable.context.agency_code if each.payable is not None else each.agency_code
        refund = facts.refund_proposed(new_id(), each, RefundReason(kind.value))
        said.append(Emission(facts.unmatched(each, kind), cause, agency))
        if await decisions.insert_refund(session, refund, now=now):
            said.append(Emission(refund, cause, agency))
    return said

"""Record a credit (báo có), and settle the payable that it completes."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain import attempts, facts, ledger, monies, payables, till_ledger
from payment_gateway.domain.attempts import Attempt
from payment_gateway.domain.facts import Surplus
from payment_gateway.domain.monies import Credit, Failure, Noted, Recorded, Verdict, judge
from payment_gateway.domain.payables import HoldReason, Payable
from payment_gateway.repository import attempts as attempt_rows
from payment_gateway.repository import decisions
from payment_gateway.repository import monies as money_rows
from payment_gateway.repository.monies import Booking, HeldMoney, PayableAfter, Place
from shared.contracts.envelope import Cause, Event
from shared.contracts.money import RefundProposed
from shared.contracts.parts import Money
from shared.contracts.payment import AttemptOutcome, UnmatchedKind
from shared.ids import new_id
from shared.outbox import Emission, emit_all

MONEY_CAME = "money-came"
"""Why an attempt succeeded, where money came by it."""


@dataclass(frozen=True)
class _Arrival:
    """A recorded money on its way to its place."""

    money_id: UUID
    credit: Credit
    payable: Payable | None
    attempt: Attempt | None
    verdict: Verdict
    held: tuple[HeldMoney, ...]
    now: datetime

    @property
    def owner(self) -> str:
        """Return the agency whose account the money reached."""
        if self.payable is None or not self._reached_payee:
            return self.credit.agency_code
        return self.payable.payee.agency_code

    @property
    def receiving_agency(self) -> str:
        """Return the agency whose staff may see what happened."""
        if self.payable is None:
            return self.credit.agency_code
        return self.payable.context.agency_code

    @property
    def succeeded(self) -> bool:
        """Tell whether the attempt ends well by this money; twice is once."""
        if self.attempt is None or not self._reached_payee:
            return False
        return attempts.LIFECYCLE.allows(self.attempt.status, attempts.Trigger.SUCCEED)

    @property
    def _reached_payee(self) -> bool:
        return self.verdict.problem is not UnmatchedKind.WRONG_PAYEE


async def record_credit(
    session: AsyncSession, credit: Credit, *, cause: Cause, now: datetime
) -> Recorded:
    """Store ``credit``, and settle the payable that it completes.

    Money that arrived is never refused: the part that settles nothing is kept and announced.
    """
    money_id = new_id()
    if not await money_rows.insert_money(session, money_id, credit, now=now):
        return await _told_before(session, credit, now=now)
    payable, attempt = await _lock_named(session, credit)
    verdict = judge(payable, credit)
    held: tuple[HeldMoney, ...] = ()
    if verdict.completes and payable is not None and payable.held_vnd:
        held = tuple(await money_rows.lock_held(session, payable.id))
    arrival = _Arrival(money_id, credit, payable, attempt, verdict, held, now)
    await _give_place(session, arrival, cause=cause)
    fits = attempt is None or attempt.amount_vnd == credit.amount_vnd
    return Recorded(money_id, verdict.problem, fits)


async def record_failure(
    session: AsyncSession, failure: Failure, *, cause: Cause, now: datetime
) -> Noted:
    """Store that an attempt failed.

    A failure that comes after a success, or of an attempt that another superseded, changes nothing.
    """
    found = await attempt_rows.lock_payable_of_attempt(session, failure.channel, failure.reference)
    if found is None:
        return Noted.UNKNOWN
    payable, attempt = found
    if not attempts.LIFECYCLE.allows(attempt.status, attempts.Trigger.FAIL):
        return Noted.UNCHANGED
    status = attempts.LIFECYCLE.next(attempt.status, attempts.Trigger.FAIL)
    await attempt_rows.end_attempt(session, attempt.id, status, code=failure.code, now=now)
    ended = facts.attempt_ended(payable, attempt, AttemptOutcome.FAILED, code=failure.code)
    await emit_all(session, [Emission(ended, cause, payable.context.agency_code)], now=now)
    return Noted.CHANGED


async def _lock_named(
    session: AsyncSession, credit: Credit
) -> tuple[Payable | None, Attempt | None]:
    """Return what a credit names, the payable locked."""
    if credit.names_payable:
        return await attempt_rows.lock_payable_by_reference(
            session, credit.channel, credit.reference
        )
    found = await attempt_rows.lock_payable_of_attempt(session, credit.channel, credit.reference)
    return found if found is not None else (None, None)


async def _told_before(session: AsyncSession, credit: Credit, *, now: datetime) -> Recorded:
    told = await money_rows.told_before(session, credit)
    if told.amount_vnd != credit.amount_vnd:
        await decisions.keep_callback(
            session, credit.channel, credit.raw, reason_code="repeat-differs", now=now
        )
    fits = told.attempt_vnd is None or told.attempt_vnd == credit.amount_vnd
    return Recorded(None, told.problem, fits)


async def _give_place(session: AsyncSession, arrival: _Arrival, *, cause: Cause) -> None:
    """Say what happened, then write it: the ledger names the fact that caused its booking.

    The facts come before the last write, unlike elsewhere: the payable's lock already orders all
    that is said of this dossier.
    """
    said, caused_by = _facts_of(arrival)
    refund = _refund_of(arrival)
    if refund is not None:
        said.append(refund)
    emissions = [Emission(fact, cause, arrival.receiving_agency) for fact in said]
    event_ids = await emit_all(session, emissions, now=arrival.now)
    await money_rows.give_place(session, _place(arrival, event_ids[caused_by]), now=arrival.now)
    for each in arrival.held:
        await money_rows.apply_held(
            session, each.money.money_id,
            applied_vnd=each.unmatched_vnd, problem=UnmatchedKind.SHORT,
        )  # fmt: skip
    if refund is not None:
        await decisions.insert_refund(session, refund, now=arrival.now)


def _refund_of(arrival: _Arrival) -> RefundProposed | None:
    reason = arrival.verdict.refund_reason
    return None if reason is None else facts.refund_proposed(new_id(), _surplus(arrival), reason)


def _facts_of(arrival: _Arrival) -> tuple[list[Event], int]:
    """Return what to say, and the place of the fact that causes the booking."""
    payable, verdict = arrival.payable, arrival.verdict
    said: list[Event] = []
    if payable is not None and arrival.attempt is not None and arrival.succeeded:
        said.append(
            facts.attempt_ended(
                payable, arrival.attempt, AttemptOutcome.SUCCEEDED, code=_code(arrival)
            )
        )
    caused_by = len(said)
    if payable is not None and verdict.completes:
        monies_in = [*(each.money for each in arrival.held), _applied(arrival)]
        booked = [arrival.credit.booked_at or arrival.now, *(h.booked_at for h in arrival.held)]
        said.append(facts.settled(payable, monies_in, paid_at=max(booked), now=arrival.now))
        said.extend(facts.topped_up(payable, each.money.money_id) for each in arrival.held)
    if verdict.problem is not None:
        said.append(facts.unmatched(_surplus(arrival), verdict.problem))
    return said, caused_by


def _code(arrival: _Arrival) -> str:
    attempt = arrival.attempt
    same = attempt is not None and attempt.amount_vnd == arrival.credit.amount_vnd
    return MONEY_CAME if same else "amount-differs"


def _applied(arrival: _Arrival) -> Money:
    credit = arrival.credit
    return Money(
        money_id=arrival.money_id,
        attempt_id=arrival.attempt.id if arrival.attempt is not None else None,
        channel=credit.channel,
        bank_code=credit.bank_code,
        bank_name=credit.bank_name,
        channel_reference=credit.channel_reference,
        till_id=credit.till_id,
        amount_vnd=credit.amount_vnd,
        applied_vnd=arrival.verdict.applied_vnd,
        received_at=arrival.now,
    )


def _surplus(arrival: _Arrival) -> Surplus:
    credit = arrival.credit
    return Surplus(
        money_id=arrival.money_id,
        channel=credit.channel,
        channel_reference=credit.channel_reference,
        amount_vnd=credit.amount_vnd,
        unmatched_vnd=arrival.verdict.unmatched_vnd,
        agency_code=arrival.owner,
        received_at=arrival.now,
        payable=arrival.payable,
    )


def _place(arrival: _Arrival, event_id: UUID) -> Place:
    credit, verdict, attempt = arrival.credit, arrival.verdict, arrival.attempt
    status = monies.LIFECYCLE.initial
    if verdict.problem is None:
        status = monies.LIFECYCLE.next(status, monies.Trigger.MATCH)
    ended = None
    if attempt is not None and arrival.succeeded:
        ended = attempts.LIFECYCLE.next(attempt.status, attempts.Trigger.SUCCEED)
    entries = ledger.entries_of_credit(credit.channel, credit.amount_vnd, verdict, arrival.payable)
    entries = till_ledger.in_drawer(entries, credit.till_id)
    return Place(
        money_id=arrival.money_id,
        payable_id=arrival.payable.id if arrival.payable is not None else None,
        attempt_id=attempt.id if attempt is not None else None,
        applied_vnd=verdict.applied_vnd,
        unmatched_vnd=verdict.unmatched_vnd,
        status=status,
        problem=verdict.problem,
        agency_code=arrival.owner,
        attempt_status=ended,
        attempt_code=_code(arrival),
        payable=_after(arrival),
        booking=Booking(new_id(), event_id, entries),
    )


def _after(arrival: _Arrival) -> PayableAfter | None:
    payable, verdict = arrival.payable, arrival.verdict
    if payable is None or verdict.trigger is None:
        return None
    status = payables.LIFECYCLE.next(payable.status, verdict.trigger)
    if verdict.completes:
        return PayableAfter(status, None, payable.amount_vnd, 0, arrival.now)
    held = payable.held_vnd + verdict.unmatched_vnd
    return PayableAfter(status, HoldReason.SHORT, 0, held, None)

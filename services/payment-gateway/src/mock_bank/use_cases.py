"""What payers, partners and the clock do with the bank; every door comes here."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from mock_bank import repository
from mock_bank.domain import payments, tellings
from mock_bank.domain.payments import LIFECYCLE, Channel, Trigger
from mock_bank.domain.tellings import DELIVERY, Answer, Due, Fault, Telling, Told
from mock_bank.tables import FaultRow, PaymentRow, TellingRow
from shared.days import vietnam_day
from shared.ids import new_id

_LEASE: Final = timedelta(seconds=30)
_LISTED: Final = 20
_TELLING_FAULTS: Final = tuple(fault for fault in Fault if fault is not Fault.SLOW)


@dataclass(frozen=True)
class NewPayment:
    """What a partner asks the bank to collect."""

    channel: Channel
    partner: str
    reference: str
    amount_vnd: int
    bank_code: str
    description: str
    dossier_code: str
    collector: str


async def begin_payment(session: AsyncSession, order: NewPayment, *, now: datetime) -> PaymentRow:
    """Open a payment; the same reference again is the same payment.

    Raises:
        ReferenceTakenError: the reference stands for another amount.
    """
    values: dict[str, object] = {
        **vars(order), "id": new_id(), "status": LIFECYCLE.initial, "wrong_codes": 0,
        "created_at": now, "expires_at": now + payments.LIFE,
    }  # fmt: skip
    inserted = await repository.insert_payment(session, values)
    if inserted is not None:
        return inserted
    known = await repository.find_by_reference(
        session, order.channel, order.partner, order.reference
    )
    if known is None or known.amount_vnd != order.amount_vnd:
        raise payments.ReferenceTakenError("the reference stands for another amount")
    return known


@dataclass(frozen=True)
class Asked:
    """What became of a payment, as its partner may know it."""

    state: payments.TransactionState
    told: Told


async def ask_payment(
    session: AsyncSession, channel: Channel, partner: str, reference: str, *, now: datetime
) -> Asked:
    """Return what became of the payment that ``partner`` calls ``reference``."""
    row = await repository.find_by_reference(session, channel, partner, reference)
    if row is None:
        raise payments.PaymentNotFoundError("no payment of this reference")
    _up_to_date(row, now)
    amount_vnd = row.amount_vnd if row.paid_vnd is None else row.paid_vnd
    told = _told(row, amount_vnd, row.decided_at or row.created_at)
    return Asked(payments.transaction_state(row.status), told)


async def show_payment(session: AsyncSession, payment_id: UUID, *, now: datetime) -> PaymentRow:
    """Return one payment, expired if its time is over; locked."""
    row = await repository.lock_payment(session, payment_id)
    if row is None:
        raise payments.PaymentNotFoundError("no such payment")
    return _up_to_date(row, now)


async def choose_bank(
    session: AsyncSession, payment_id: UUID, bank_code: str, *, now: datetime
) -> None:
    """Let the payer choose the bank that the partner left open; nothing once they logged in."""
    row = await show_payment(session, payment_id, now=now)
    if payments.may_sign_in(row.status):
        row.bank_code = bank_code


async def move(
    session: AsyncSession, payment_id: UUID, trigger: Trigger, *, now: datetime
) -> PaymentRow:
    """Sign in, ask for the one-time code, or leave; nothing is told to the partner."""
    row = await show_payment(session, payment_id, now=now)
    if trigger is Trigger.SEND_CODE and not payments.is_covered(row.amount_vnd):
        raise payments.NotCoveredError("the made-up account holds less")
    row.status = LIFECYCLE.next(row.status, trigger)
    return row


async def enter_code(
    session: AsyncSession, payment_id: UUID, code: str, *, now: datetime
) -> Sequence[UUID]:
    """Approve with the right one-time code; refuse the payment after too many wrong ones.

    Returns the callbacks to send; none while the payer may try again.
    """
    row = await show_payment(session, payment_id, now=now)
    right = payments.one_time_code(row.id)
    if hmac.compare_digest(code.strip().encode(), right.encode()):
        return await approve(session, payment_id, now=now)
    row.wrong_codes += 1
    if row.wrong_codes < payments.MAX_WRONG_CODES:
        return ()
    return await decline(session, payment_id, now=now)


async def approve(session: AsyncSession, payment_id: UUID, *, now: datetime) -> Sequence[UUID]:
    """Debit the payer and queue what the partner is told; return the callbacks' ids."""
    row = await show_payment(session, payment_id, now=now)
    row.status = LIFECYCLE.next(row.status, Trigger.APPROVE)
    faults = await repository.take_faults(session, row.channel, _TELLING_FAULTS)
    row.paid_vnd = tellings.debited(row.amount_vnd, faults)
    _decide(row, now)
    return await _queue(session, row, tellings.tell_success(row.amount_vnd, faults, now=now))


async def decline(session: AsyncSession, payment_id: UUID, *, now: datetime) -> Sequence[UUID]:
    """Refuse the payment and queue the callback; return its id."""
    row = await show_payment(session, payment_id, now=now)
    row.status = LIFECYCLE.next(row.status, Trigger.DECLINE)
    _decide(row, now)
    return await _queue(session, row, tellings.tell_refusal(row.amount_vnd, now=now))


async def take_due_telling(
    session: AsyncSession, only: UUID | None, *, now: datetime
) -> Due | None:
    """Claim one callback that is due; None if there is none."""
    claimed = await repository.claim_due_telling(session, only, now=now, lease=_LEASE)
    if claimed is None:
        return None
    telling, payment = claimed
    told = _told(payment, telling.amount_vnd, telling.said_at)
    return Due(telling.id, telling.result, told, telling.forged)


async def mark_told(session: AsyncSession, telling_id: UUID, answer: str) -> None:
    """Record that the partner accepted a callback."""
    row = await repository.lock_telling(session, telling_id)
    row.status = DELIVERY.next(row.status, Answer.ACCEPTED)
    row.due_at, row.last_answer = None, answer


async def mark_untold(
    session: AsyncSession, telling_id: UUID, answer: str, *, now: datetime
) -> None:
    """Record a try that failed; due again after a pause, or given up."""
    row = await repository.lock_telling(session, telling_id)
    row.status = DELIVERY.next(row.status, tellings.answer_after(row.attempts))
    row.due_at = tellings.due_again(row.attempts, now=now)
    row.last_answer = answer


async def list_tellings(session: AsyncSession, payment_id: UUID) -> Sequence[TellingRow]:
    """Return what the partner was, or will be, told about one payment."""
    return await repository.list_tellings(session, payment_id)


async def list_payments(session: AsyncSession) -> Sequence[PaymentRow]:
    """Return the newest payments."""
    return await repository.list_payments(session, limit=_LISTED)


async def ask_for_fault(
    session: AsyncSession, channel: Channel, fault: Fault, *, times: int, after_ms: int | None
) -> None:
    """Let the next ``times`` payments of ``channel`` meet ``fault``."""
    default = tellings.DEFAULT_DELAYS[fault] // timedelta(milliseconds=1)
    wait = default if after_ms is None else after_ms
    await repository.put_fault(
        session, {"channel": channel, "fault": fault, "remaining": times, "after_ms": wait}
    )


async def list_faults(session: AsyncSession) -> Sequence[FaultRow]:
    """Return the faults that still wait for a payment."""
    return await repository.list_faults(session)


async def clear_faults(session: AsyncSession) -> None:
    """Take all faults back."""
    await repository.delete_faults(session)


async def take_slowness(session: AsyncSession, channel: Channel) -> timedelta:
    """Use up one ``slow``; return how long the answer waits, zero if none was asked for."""
    taken = await repository.take_faults(session, channel, (Fault.SLOW,))
    return taken.get(Fault.SLOW, timedelta(0))


def _told(row: PaymentRow, amount_vnd: int, said_at: datetime) -> Told:
    return Told(
        partner=row.partner,
        reference=row.reference,
        amount_vnd=amount_vnd,
        bank_code=row.bank_code,
        description=row.description,
        transaction_code=row.transaction_code or "",
        said_at=said_at,
    )


def _up_to_date(row: PaymentRow, now: datetime) -> PaymentRow:
    if row.expires_at <= now and LIFECYCLE.allows(row.status, Trigger.EXPIRE):
        row.status = LIFECYCLE.next(row.status, Trigger.EXPIRE)
        _decide(row, row.expires_at)
    return row


def _decide(row: PaymentRow, now: datetime) -> None:
    row.decided_at = now
    row.transaction_code = payments.transaction_code(row.ordinal, vietnam_day(now))


async def _queue(session: AsyncSession, row: PaymentRow, told: Sequence[Telling]) -> Sequence[UUID]:
    rows: list[dict[str, object]] = [
        {
            **vars(telling), "id": new_id(), "payment_id": row.id, "attempts": 0,
            "status": _delivery(telling), "last_answer": None,
        }
        for telling in told
    ]  # fmt: skip
    await repository.insert_tellings(session, rows)
    return [telling["id"] for telling in rows if isinstance(telling["id"], UUID)]


def _delivery(telling: Telling) -> tellings.Delivery:
    if telling.due_at is None:
        return DELIVERY.next(DELIVERY.initial, Answer.LOSE)
    return DELIVERY.initial

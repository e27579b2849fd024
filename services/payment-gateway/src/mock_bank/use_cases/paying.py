"""What payers and partners do with the bank; every door comes here."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from mock_bank import repository
from mock_bank.domain import payments, tellings
from mock_bank.domain.banks import ANY
from mock_bank.domain.payments import LIFECYCLE, Channel, Trigger
from mock_bank.domain.tellings import Fault, Result, Telling, Told
from mock_bank.tables import PaymentRow
from mock_bank.use_cases.telling import queue, told_of
from shared.days import vietnam_day
from shared.ids import new_id

_LISTED: Final = 20
_FEED: Final = "feed"
"""Who hears of transfers: one partner."""
_TELLING_FAULTS: Final = tuple(
    fault
    for fault in Fault
    if fault not in {Fault.SLOW, Fault.REFUND_REFUSED, Fault.STATEMENT_DIFFERS}
)


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
    details: Mapping[str, str]


@dataclass(frozen=True)
class NewTransfer:
    """A transfer as a payer typed it; ``account`` empty where the feed names none."""

    content: str
    amount_vnd: int
    bank_reference: str
    bin: str
    account: str


async def begin_payment(session: AsyncSession, order: NewPayment, *, now: datetime) -> PaymentRow:
    """Open a payment; the same reference again is the same payment.

    Raises:
        ReferenceTakenError: the reference stands for another amount.
    """
    inserted = await repository.insert_payment(session, _values(order, now=now))
    if inserted is not None:
        return inserted
    known = await repository.find_by_reference(
        session, order.channel, order.partner, order.reference
    )
    if known is None or known.amount_vnd != order.amount_vnd:
        raise payments.ReferenceTakenError("the reference stands for another amount")
    return known


async def begin_transfer(session: AsyncSession, typed: NewTransfer, *, now: datetime) -> PaymentRow:
    """Open a transfer in the payer's app; it is booked when the payer confirms."""
    order = _transfer(typed, bank_code=ANY)
    return await begin_payment(session, order, now=now)


async def receive_transfer(
    session: AsyncSession, typed: NewTransfer, *, now: datetime
) -> tuple[UUID, Sequence[UUID]]:
    """Book a transfer and queue what the partner is told; return its id and the callbacks'.

    The bank's reference again is the same transfer, told once more with the amount as typed.
    """
    order = _transfer(typed, bank_code="")
    values = _values(order, now=now) | {"transaction_code": typed.bank_reference}
    row = await repository.insert_payment(session, values)
    if row is not None:
        return row.id, await approve(session, row.id, now=now)
    row = await repository.find_by_reference(session, Channel.VIETQR, _FEED, order.reference)
    if row is None:
        raise payments.PaymentNotFoundError("no transfer of this reference")
    again = Telling(Result.SUCCESS, typed.amount_vnd, said_at=row.decided_at or now, due_at=now)
    return row.id, await queue(session, row, [again])


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
    told = told_of(row, amount_vnd, row.decided_at or row.created_at)
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
    return await queue(session, row, tellings.tell_success(row.amount_vnd, faults, now=now))


async def decline(session: AsyncSession, payment_id: UUID, *, now: datetime) -> Sequence[UUID]:
    """Refuse the payment and queue the callback; return its id."""
    row = await show_payment(session, payment_id, now=now)
    row.status = LIFECYCLE.next(row.status, Trigger.DECLINE)
    _decide(row, now)
    return await queue(session, row, tellings.tell_refusal(row.amount_vnd, now=now))


async def list_payments(session: AsyncSession) -> Sequence[PaymentRow]:
    """Return the newest payments."""
    return await repository.list_payments(session, limit=_LISTED)


def _transfer(typed: NewTransfer, *, bank_code: str) -> NewPayment:
    return NewPayment(
        channel=Channel.VIETQR, partner=_FEED, reference=typed.bank_reference,
        amount_vnd=typed.amount_vnd, bank_code=bank_code, description=typed.content,
        dossier_code="", collector="", details={"bin": typed.bin, "account": typed.account},
    )  # fmt: skip


def _values(order: NewPayment, *, now: datetime) -> dict[str, object]:
    return {
        **vars(order), "id": new_id(), "status": LIFECYCLE.initial, "wrong_codes": 0,
        "created_at": now, "expires_at": now + payments.LIFE,
    }  # fmt: skip


def _up_to_date(row: PaymentRow, now: datetime) -> PaymentRow:
    if row.expires_at <= now and LIFECYCLE.allows(row.status, Trigger.EXPIRE):
        row.status = LIFECYCLE.next(row.status, Trigger.EXPIRE)
        _decide(row, row.expires_at)
    return row


def _decide(row: PaymentRow, now: datetime) -> None:
    row.decided_at = now
    made = payments.transaction_code(row.ordinal, vietnam_day(now))
    row.transaction_code = row.transaction_code or made

"""What partners give back to their payers."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from mock_bank import repository
from mock_bank.domain import payments
from mock_bank.domain.payments import Channel, PaymentNotFoundError, TransactionState
from mock_bank.domain.refunds import (
    GivenBack,
    RefundKnownError,
    RefundNotFoundError,
    RefundState,
    RefundWanted,
    refund_number,
)
from mock_bank.domain.tellings import Fault
from mock_bank.tables import PaymentRow, RefundRow
from shared.ids import new_id


async def give_back(session: AsyncSession, wanted: RefundWanted, *, now: datetime) -> GivenBack:
    """Give money of a payment back, once per key, and never more than was paid.

    Raises RefundKnownError where the key was used, PaymentNotFoundError where nobody paid so.
    """
    payment = await _payment_of(session, wanted)
    taken = await repository.take_faults(session, wanted.channel, (Fault.REFUND_REFUSED,))
    given = await repository.sum_of_refunds(session, payment.id, RefundState.PAID_BACK)
    paid = payments.transaction_state(payment.status) is TransactionState.SUCCESS
    covered = paid and given + wanted.amount_vnd <= (payment.paid_vnd or 0)
    state = RefundState.REFUSED if taken or not covered else RefundState.PAID_BACK
    values = {
        "id": new_id(), "channel": wanted.channel, "key": wanted.key, "payment_id": payment.id,
        "amount_vnd": wanted.amount_vnd, "status": state, "at": now,
    }  # fmt: skip
    row = await repository.insert_refund(session, values)
    if row is None:
        raise RefundKnownError("the key stands for a refund already")
    return _given(row, payment)


async def ask_refund(session: AsyncSession, channel: Channel, key: str) -> GivenBack:
    """Return what became of the refund of that key; raise RefundNotFoundError."""
    found = await repository.find_refund(session, channel, key)
    if found is None:
        raise RefundNotFoundError("no refund of this key")
    return _given(*found)


async def last_refund(
    session: AsyncSession, channel: Channel, partner: str, reference: str
) -> GivenBack | None:
    """Return the newest refund of a payment, None if there is none."""
    payment = await repository.find_by_reference(session, channel, partner, reference)
    row = None if payment is None else await repository.newest_refund(session, payment.id)
    return None if row is None or payment is None else _given(row, payment)


async def _payment_of(session: AsyncSession, wanted: RefundWanted) -> PaymentRow:
    if wanted.reference:
        row = await repository.find_by_reference(
            session, wanted.channel, wanted.partner, wanted.reference
        )
    else:
        row = await repository.find_by_number(
            session, wanted.channel, wanted.partner, wanted.number
        )
    if row is None:
        raise PaymentNotFoundError("no payment to give back")
    return row


def _given(row: RefundRow, payment: PaymentRow) -> GivenBack:
    return GivenBack(
        key=row.key,
        number=refund_number(row.ordinal),
        amount_vnd=row.amount_vnd,
        state=row.status,
        is_whole=row.amount_vnd == payment.paid_vnd,
        at=row.at,
    )

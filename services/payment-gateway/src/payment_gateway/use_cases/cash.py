"""Take cash (thu tiền mặt): an attempt that succeeds at once, by the same facts as any channel."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain import attempts, facts, tills
from payment_gateway.domain.attempts import Attempt
from payment_gateway.domain.counting import Handed, require_due
from payment_gateway.domain.errors import NothingDueError, PayableNotFoundError
from payment_gateway.domain.monies import Credit
from payment_gateway.domain.payables import Payable
from payment_gateway.domain.tills import (
    Holder,
    NoOpenTillError,
    Till,
    Voucher,
    VoucherNotFoundError,
)
from payment_gateway.repository import attempts as attempt_rows
from payment_gateway.repository import payables as payable_rows
from payment_gateway.repository import tills as till_rows
from payment_gateway.repository.attempts import NewAttempt
from payment_gateway.use_cases import pay, settle
from payment_gateway.use_cases.tills import Sight
from shared.contracts.envelope import Cause
from shared.contracts.parts import PaymentChannel
from shared.ids import new_id
from shared.outbox import Emission, emit_all


@dataclass(frozen=True)
class Taking:
    """Cash on the desk: who takes it, for what, and which live attempt was asked about first."""

    holder: Holder
    payable_id: UUID
    handed: Handed
    supersedes: UUID | None


async def take_cash(session: AsyncSession, taking: Taking, *, cause: Cause, now: datetime) -> UUID:
    """Put cash into the officer's open till; return the id of its phiếu thu.

    The form's key is the natural key: a double click, or a form sent again, takes the money once.
    Raises NoOpenTillError, PayableNotFoundError, NothingDueError, BadCashError and, while an
    attempt lives that was not asked about, AttemptLiveError.
    """
    handed, holder = taking.handed, taking.holder
    till = await till_rows.open_till(session, holder.id, lock=True)
    taken = await till_rows.read_voucher(session, handed.key)
    if taken is not None:
        return _own(taken, holder)
    if till is None:
        raise NoOpenTillError("cash goes into an open till")
    tills.LIFECYCLE.next(till.status, tills.Trigger.TAKE)
    payable = await _lock_due(session, taking)
    said = await pay.supersede(session, payable, taking.supersedes, cause=cause, now=now)
    attempt = await _store_attempt(session, payable, handed, cause=cause, now=now)
    said.append(Emission(facts.attempted(payable, attempt), cause, payable.context.agency_code))
    await emit_all(session, said, now=now)
    credit = _credit(till, attempt, handed, now=now)
    recorded = await settle.record_credit(session, credit, cause=cause, now=now)
    if recorded.money_id is None:
        raise LookupError("the key of a phiếu thu is the money's, and it was not there")
    voucher = _voucher(till, payable, attempt, handed, now=now)
    await till_rows.insert_taking(session, voucher, recorded.money_id)
    return voucher.id


async def read_voucher(session: AsyncSession, voucher_id: UUID, sight: Sight) -> Voucher:
    """Return one phiếu thu; raise VoucherNotFoundError if there is none within ``sight``."""
    voucher = await till_rows.read_voucher(session, voucher_id)
    if voucher is None or not sight.reaches(voucher.officer_id, voucher.agency_code):
        raise VoucherNotFoundError("no such phiếu thu for this person")
    return voucher


def serves(payable: Payable, agency_code: str) -> bool:
    """Tell whether an agency's desk takes cash for this payable: it received or collects it."""
    return agency_code in {payable.context.agency_code, payable.payee.agency_code}


def _own(voucher: Voucher, holder: Holder) -> UUID:
    if voucher.officer_id != holder.id:
        raise VoucherNotFoundError("the key belongs to another officer")
    return voucher.id


async def _lock_due(session: AsyncSession, taking: Taking) -> Payable:
    payable = await payable_rows.lock_payable(session, taking.payable_id)
    if payable is None or not serves(payable, taking.holder.agency_code):
        raise PayableNotFoundError("not of this agency" if payable else "no such payable")
    if not payable.takes_money:
        raise NothingDueError(f"the payable takes no money: {payable.public_status.value}")
    require_due(taking.handed, payable)
    return payable


async def _store_attempt(
    session: AsyncSession, payable: Payable, handed: Handed, *, cause: Cause, now: datetime
) -> Attempt:
    ordinal = await attempt_rows.next_ordinal(session, payable.id)
    attempt = Attempt(
        id=new_id(),
        payable_id=payable.id,
        channel=PaymentChannel.CASH,
        reference=attempts.attempt_reference(payable.reference, ordinal),
        bank_code=None,
        amount_vnd=handed.amount_vnd,
        status=attempts.LIFECYCLE.initial,
        code=None,
        redirect_url=None,
        created_at=now,
    )
    await attempt_rows.insert_attempt(session, NewAttempt(attempt, ordinal, cause))
    return attempt


def _credit(till: Till, attempt: Attempt, handed: Handed, *, now: datetime) -> Credit:
    return Credit(
        channel=PaymentChannel.CASH,
        reference=attempt.reference,
        channel_reference=f"TM-{handed.key.hex}",
        amount_vnd=handed.amount_vnd,
        bank_code=None,
        booked_at=now,
        agency_code=till.agency_code,
        is_ours=True,
        raw=b"",
        till_id=till.id,
    )


def _voucher(
    till: Till, payable: Payable, attempt: Attempt, handed: Handed, *, now: datetime
) -> Voucher:
    return Voucher(
        id=handed.key,
        till_id=till.id,
        number=till.takings + 1,
        amount_vnd=handed.amount_vnd,
        given_vnd=handed.given_vnd,
        officer_id=till.officer_id,
        officer_name=till.officer_name,
        agency_code=till.agency_code,
        agency_name=till.agency_name,
        taken_at=now,
        payable=payable,
        attempt=attempt,
    )

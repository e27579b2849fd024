"""What the partner is told: queued, claimed, told or tried again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from mock_bank import repository
from mock_bank.domain import tellings
from mock_bank.domain.tellings import DELIVERY, Answer, Due, Telling, Told
from mock_bank.tables import PaymentRow, TellingRow
from shared.ids import new_id

_LEASE: Final = timedelta(seconds=30)


async def take_due_telling(
    session: AsyncSession, only: UUID | None, *, now: datetime
) -> Due | None:
    """Claim one callback that is due; None if there is none."""
    claimed = await repository.claim_due_telling(session, only, now=now, lease=_LEASE)
    if claimed is None:
        return None
    telling, payment = claimed
    told = told_of(payment, telling.amount_vnd, telling.said_at)
    return Due(telling.id, payment.channel, telling.result, told, telling.forged)


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


def told_of(row: PaymentRow, amount_vnd: int, said_at: datetime) -> Told:
    """Return what is said of a payment."""
    return Told(
        partner=row.partner,
        reference=row.reference,
        amount_vnd=amount_vnd,
        bank_code=row.bank_code,
        description=row.description,
        transaction_code=row.transaction_code or "",
        said_at=said_at,
        details=row.details,
    )


async def queue(session: AsyncSession, row: PaymentRow, told: Sequence[Telling]) -> Sequence[UUID]:
    """Queue what is told of a payment; return the callbacks."""
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

"""Marks of refunds (đã hoàn): what goes back of a fee stands beside its receipt, which stays."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from receipt.repository import marks
from receipt.repository.marks import Mark
from shared.contracts.envelope import Cause
from shared.contracts.money import RefundScope, RefundSettled
from shared.contracts.parts import FeeKind
from shared.contracts.receipt import ReceiptRefunded
from shared.outbox import Emission, emit_all


@dataclass(frozen=True)
class Refunded:
    """Money that went back, and why we hear of it."""

    refund: RefundSettled
    cause: Cause
    agency: str
    """Code of the receiving agency."""
    settled_at: datetime


async def mark_refund(session: AsyncSession, told: Refunded, *, now: datetime) -> None:
    """Set the marks of a refund, one per kind of its lines; money that settled nothing has none.

    (refund, kind) is a natural key, so that a refund told again changes nothing. A mark whose
    receipt is not numbered yet waits for it (``place_waiting``).
    """
    new = [mark for mark in _marks(told) if await marks.insert_mark(session, mark)]
    await _place(session, new, now=now)


async def place_waiting(
    session: AsyncSession, payment_id: UUID | None = None, *, now: datetime
) -> bool:
    """Set marks whose receipt was numbered after its refund; tell whether any was set."""
    waiting = await marks.waiting(session, payment_id=payment_id)
    return await _place(session, waiting, now=now)


async def list_of_receipt(session: AsyncSession, receipt_id: UUID) -> list[Mark]:
    """Return what went back beside a receipt, the oldest first."""
    return await marks.list_of_receipt(session, receipt_id)


async def _place(session: AsyncSession, wanted: list[Mark], *, now: datetime) -> bool:
    said: list[Emission] = []
    for mark in wanted:
        receipt_id = await marks.lock_in_force(session, mark)
        if receipt_id is not None and await marks.place_mark(session, mark, receipt_id):
            fact = ReceiptRefunded(
                dossier_code=mark.dossier_code,
                receipt_id=receipt_id,
                refund_id=mark.refund_id,
                amount_vnd=mark.amount_vnd,
            )
            said.append(Emission(fact, mark.cause, mark.agency_code))
    if said:
        await emit_all(session, said, now=now)
    return bool(said)


def _marks(told: Refunded) -> Iterator[Mark]:
    """Yield one mark per kind; a surplus, and money of no dossier, was never on a receipt."""
    refund = told.refund
    if refund.scope is not RefundScope.PAYABLE:
        return
    if refund.payment_id is None or refund.dossier_code is None:
        return
    for kind in FeeKind:
        lines = {
            str(line.line_id): line.amount_vnd
            for line in refund.lines
            if line.kind is kind and line.amount_vnd
        }
        if lines:
            yield Mark(
                refund_id=refund.refund_id, kind=kind, payment_id=refund.payment_id,
                dossier_code=refund.dossier_code, agency_code=told.agency, lines=lines,
                amount_vnd=sum(lines.values()), settled_at=told.settled_at, cause=told.cause,
            )  # fmt: skip

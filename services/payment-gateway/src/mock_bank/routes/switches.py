"""The mock's own switches: payments, transfers and faults (surface.md)."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession

from mock_bank.domain.payments import Channel, Trigger
from mock_bank.schemas import (
    Faults,
    FaultShown,
    FaultWanted,
    PaymentShown,
    TellingShown,
    TransferTyped,
)
from mock_bank.use_cases import faults, paying, telling
from mock_bank.use_cases.paying import NewTransfer
from shared.clock import utc_now
from shared.web.identity import public
from shared.web.request import Transaction, database_of, run_now

router = APIRouter(prefix="/ngan-hang-thu", dependencies=[public()], tags=["mock-bank"])

_TELL: Final = "tell-partner"


@router.post("/api/payments/{payment_id}/approve")
async def approve(request: Request, payment_id: UUID) -> PaymentShown:
    """Do what the payer's last tap does: debit, and tell the partner at once."""
    async with database_of(request).transaction() as session:
        callbacks = await paying.approve(session, payment_id, now=utc_now())
    return await _tell(request, payment_id, callbacks)


@router.post("/api/payments/{payment_id}/decline")
async def decline(request: Request, payment_id: UUID) -> PaymentShown:
    """Refuse the payment, and tell the partner at once."""
    async with database_of(request).transaction() as session:
        callbacks = await paying.decline(session, payment_id, now=utc_now())
    return await _tell(request, payment_id, callbacks)


@router.post("/api/payments/{payment_id}/abandon")
async def abandon(session: Transaction, payment_id: UUID) -> PaymentShown:
    """Close the bank's page without an answer; the partner is told nothing."""
    await paying.move(session, payment_id, Trigger.ABANDON, now=utc_now())
    return await _show(session, payment_id)


@router.get("/api/payments/{payment_id}")
async def show_payment(session: Transaction, payment_id: UUID) -> PaymentShown:
    """Show one payment and its callbacks."""
    return await _show(session, payment_id)


@router.post("/api/transfers", status_code=201)
async def receive_transfer(request: Request, body: TransferTyped) -> PaymentShown:
    """Let a transfer arrive as its payer typed it, and tell the partner at once.

    The same ``bank_reference`` again is the same transfer, told once more.
    """
    async with database_of(request).transaction() as session:
        wanted = NewTransfer(**body.model_dump())
        payment_id, callbacks = await paying.receive_transfer(session, wanted, now=utc_now())
        slowness = await faults.take_slowness(session, Channel.VIETQR)
    shown = await _tell(request, payment_id, callbacks)
    await asyncio.sleep(slowness / timedelta(seconds=1))
    return shown


@router.get("/api/faults")
async def list_faults(session: Transaction) -> Faults:
    """List the faults that still wait for a payment."""
    rows = await faults.list_faults(session)
    return Faults(faults=[FaultShown.model_validate(row) for row in rows])


@router.put("/api/faults")
async def ask_for_fault(session: Transaction, body: FaultWanted) -> Faults:
    """Ask for a fault; the same one again replaces the first."""
    await faults.ask_for_fault(
        session, body.channel, body.fault, times=body.times, after_ms=body.after_ms
    )
    return await list_faults(session)


@router.delete("/api/faults")
async def clear_faults(session: Transaction) -> Faults:
    """Take all faults back."""
    await faults.clear_faults(session)
    return Faults(faults=[])


async def _tell(request: Request, payment_id: UUID, callbacks: Sequence[UUID]) -> PaymentShown:
    for callback in callbacks:
        await run_now(request, _TELL, callback)
    async with database_of(request).transaction() as session:
        return await _show(session, payment_id)


async def _show(session: AsyncSession, payment_id: UUID) -> PaymentShown:
    row = await paying.show_payment(session, payment_id, now=utc_now())
    told = await telling.list_tellings(session, payment_id)
    return PaymentShown(
        id=row.id, reference=row.reference, amount_vnd=row.amount_vnd, paid_vnd=row.paid_vnd,
        status=row.status, bank_code=row.bank_code, transaction_code=row.transaction_code,
        decided_at=row.decided_at,
        callbacks=[TellingShown.model_validate(telling) for telling in told],
    )  # fmt: skip

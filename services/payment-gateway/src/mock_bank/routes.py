"""The JSON door: the platform's protocol, and the mock's own switches."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import JSONResponse, Response

from mock_bank import use_cases
from mock_bank.adapters.npsp import dialect
from mock_bank.adapters.npsp.bill import make_bill
from mock_bank.domain.payments import (
    Channel,
    PaymentNotFoundError,
    TransactionState,
    Trigger,
)
from mock_bank.schemas import Faults, FaultShown, FaultWanted, PaymentShown, TellingShown
from mock_bank.settings import Settings
from shared.clock import utc_now
from shared.errors import DomainError
from shared.web.identity import public
from shared.web.request import Transaction, database_of, run_now, settings_of

Configured = Annotated[Settings, Depends(settings_of(Settings))]

router = APIRouter(prefix="/ngan-hang-thu", dependencies=[public()], tags=["mock-bank"])

_MESSAGES: Final = ("INIT", "QUERY", "GET_BILL")


@router.post("/npsp")
async def hear_partner(request: Request, settings: Configured) -> Response:
    """Answer INIT, QUERY and GET_BILL of the payment platform's protocol, version 1.0.6."""
    raw = await request.body()
    secret = settings.npsp_secret.get_secret_value()
    try:
        message = dialect.read_message(raw)
        async with database_of(request).transaction() as session:
            answer = await _obey(session, message, secret, settings.public_url)
            slowness = await use_cases.take_slowness(session, Channel.NPSP)
    except DomainError as error:
        return JSONResponse(dialect.refuse(error))
    await asyncio.sleep(slowness / timedelta(seconds=1))
    return answer


async def _obey(
    session: AsyncSession, message: dict[str, Any], secret: str, public_url: str
) -> Response:
    kind = message.get("LoaiBanTin")
    if kind == "INIT":
        dialect.verify(message, dialect.INIT_FIELDS, secret)
        return await _begin(session, dialect.read_order(message), public_url)
    if kind not in _MESSAGES:
        raise dialect.UnreadableMessageError("LoaiBanTin is none of the protocol's")
    dialect.verify(message, dialect.QUESTION_FIELDS, secret)
    asked = await use_cases.ask_payment(
        session, Channel.NPSP, message["MaDoiTac"], message["MaThamChieu"], now=utc_now()
    )
    if kind == "GET_BILL":
        return _bill(asked)
    return JSONResponse(dialect.answer_query(asked.told, asked.state, secret=secret))


async def _begin(session: AsyncSession, order: dialect.Order, public_url: str) -> Response:
    wanted = use_cases.NewPayment(channel=Channel.NPSP, **vars(order))
    row = await use_cases.begin_payment(session, wanted, now=utc_now())
    address = f"{public_url}/ngan-hang-thu/npsp/{row.id}"
    return JSONResponse(dialect.accept_order(order, address))


def _bill(asked: use_cases.Asked) -> Response:
    if asked.state is not TransactionState.SUCCESS:
        raise PaymentNotFoundError("nothing was paid, so there is no bill")
    return Response(make_bill(asked.told), media_type="application/pdf")


@router.post("/api/payments/{payment_id}/approve")
async def approve(request: Request, payment_id: UUID) -> PaymentShown:
    """Do what the payer's last tap does: debit, and tell the partner at once."""
    async with database_of(request).transaction() as session:
        callbacks = await use_cases.approve(session, payment_id, now=utc_now())
    return await _tell(request, payment_id, callbacks)


@router.post("/api/payments/{payment_id}/decline")
async def decline(request: Request, payment_id: UUID) -> PaymentShown:
    """Refuse the payment, and tell the partner at once."""
    async with database_of(request).transaction() as session:
        callbacks = await use_cases.decline(session, payment_id, now=utc_now())
    return await _tell(request, payment_id, callbacks)


@router.post("/api/payments/{payment_id}/abandon")
async def abandon(session: Transaction, payment_id: UUID) -> PaymentShown:
    """Close the bank's page without an answer; the partner is told nothing."""
    await use_cases.move(session, payment_id, Trigger.ABANDON, now=utc_now())
    return await _show(session, payment_id)


@router.get("/api/payments/{payment_id}")
async def show_payment(session: Transaction, payment_id: UUID) -> PaymentShown:
    """Show one payment and its callbacks."""
    return await _show(session, payment_id)


@router.get("/api/faults")
async def list_faults(session: Transaction) -> Faults:
    """List the faults that still wait for a payment."""
    rows = await use_cases.list_faults(session)
    return Faults(faults=[FaultShown.model_validate(row) for row in rows])


@router.put("/api/faults")
async def ask_for_fault(session: Transaction, body: FaultWanted) -> Faults:
    """Ask for a fault; the same one again replaces the first."""
    await use_cases.ask_for_fault(
        session, body.channel, body.fault, times=body.times, after_ms=body.after_ms
    )
    return await list_faults(session)


@router.delete("/api/faults")
async def clear_faults(session: Transaction) -> Faults:
    """Take all faults back."""
    await use_cases.clear_faults(session)
    return Faults(faults=[])


async def _tell(request: Request, payment_id: UUID, callbacks: Sequence[UUID]) -> PaymentShown:
    for callback in callbacks:
        await run_now(request, "tell-partner", callback)
    async with database_of(request).transaction() as session:
        return await _show(session, payment_id)


async def _show(session: AsyncSession, payment_id: UUID) -> PaymentShown:
    row = await use_cases.show_payment(session, payment_id, now=utc_now())
    told = await use_cases.list_tellings(session, payment_id)
    return PaymentShown(
        id=row.id, reference=row.reference, amount_vnd=row.amount_vnd, paid_vnd=row.paid_vnd,
        status=row.status, bank_code=row.bank_code, transaction_code=row.transaction_code,
        decided_at=row.decided_at,
        callbacks=[TellingShown.model_validate(telling) for telling in told],
    )  # fmt: skip

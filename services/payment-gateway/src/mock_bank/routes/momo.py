"""MoMo v2 as a merchant meets it: create, query, refund."""

import asyncio
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from mock_bank.adapters.momo import dialect
from mock_bank.adapters.orders import OrderRefusedError
from mock_bank.adapters.payer import Configured
from mock_bank.domain.payments import Channel, PaymentNotFoundError, ReferenceTakenError
from mock_bank.domain.refunds import RefundKnownError, RefundNotFoundError
from mock_bank.use_cases import faults, paying, refunds
from shared.clock import utc_now
from shared.web.identity import public
from shared.web.request import database_of

router = APIRouter(
    prefix="/ngan-hang-thu/momo/v2/gateway/api", dependencies=[public()], tags=["mock-bank"]
)


@router.post("/create")
async def create(request: Request, settings: Configured, message: dict[str, Any]) -> Response:
    """Open a payment and tell where its page is."""
    try:
        order = dialect.read_order(message, keys=settings.momo_keys)
        async with database_of(request).transaction() as session:
            row = await paying.begin_payment(session, order, now=utc_now())
            slowness = await faults.take_slowness(session, Channel.MOMO)
    except OrderRefusedError as error:
        return JSONResponse(dialect.refuse(error.answer))
    except ReferenceTakenError:
        return JSONResponse(dialect.refuse("41"))
    await asyncio.sleep(slowness / timedelta(seconds=1))
    address = f"{settings.public_url}/ngan-hang-thu/momo/{row.id}"
    return JSONResponse(dialect.created(order, address))


@router.post("/query")
async def answer_query(request: Request, settings: Configured, message: dict[str, Any]) -> Response:
    """Tell what became of a payment."""
    try:
        partner, order = dialect.read_question(message, keys=settings.momo_keys)
        async with database_of(request).transaction() as session:
            asked = await paying.ask_payment(session, Channel.MOMO, partner, order, now=utc_now())
            slowness = await faults.take_slowness(session, Channel.MOMO)
    except OrderRefusedError as error:
        return JSONResponse(dialect.refuse(error.answer))
    except PaymentNotFoundError:
        return JSONResponse(dialect.refuse(dialect.NOT_FOUND))
    await asyncio.sleep(slowness / timedelta(seconds=1))
    return JSONResponse(dialect.answer(asked.told, asked.state))


@router.post("/refund")
async def refund(request: Request, settings: Configured, message: dict[str, Any]) -> Response:
    """Give money back, once per orderId."""
    try:
        wanted = dialect.read_refund(message, keys=settings.momo_keys)
        async with database_of(request).transaction() as session:
            given = await refunds.give_back(session, wanted, now=utc_now())
            slowness = await faults.take_slowness(session, Channel.MOMO)
    except OrderRefusedError as error:
        return JSONResponse(dialect.refuse(error.answer))
    except RefundKnownError:
        return JSONResponse(dialect.refuse("41"))
    except PaymentNotFoundError:
        return JSONResponse(dialect.refuse("1081"))
    await asyncio.sleep(slowness / timedelta(seconds=1))
    return JSONResponse(dialect.refunded(given))


@router.post("/refund/query")
async def answer_about_refund(
    request: Request, settings: Configured, message: dict[str, Any]
) -> Response:
    """Tell what became of a refund."""
    try:
        _, order = dialect.read_question(message, keys=settings.momo_keys)
        async with database_of(request).transaction() as session:
            given = await refunds.ask_refund(session, Channel.MOMO, order)
    except OrderRefusedError as error:
        return JSONResponse(dialect.refuse(error.answer))
    except RefundNotFoundError:
        return JSONResponse(dialect.refuse(dialect.NOT_FOUND))
    return JSONResponse(dialect.refunded(given))

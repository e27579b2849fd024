"""ZaloPay v2 as a merchant meets it: create, query and refund, all as forms."""

import asyncio
from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from mock_bank.adapters.orders import OrderRefusedError
from mock_bank.adapters.payer import Configured
from mock_bank.adapters.zalopay import dialect
from mock_bank.domain.payments import Channel, PaymentNotFoundError, ReferenceTakenError
from mock_bank.domain.refunds import RefundKnownError, RefundNotFoundError
from mock_bank.use_cases import faults, paying, refunds
from shared.clock import utc_now
from shared.web.identity import public
from shared.web.request import database_of

router = APIRouter(prefix="/ngan-hang-thu/zalopay/v2", dependencies=[public()], tags=["mock-bank"])


@router.post("/create")
async def create(request: Request, settings: Configured) -> Response:
    """Open an order and tell where its page is."""
    form = dict(await request.form())
    try:
        order = dialect.read_order(form, key1=settings.zalopay_key1.get_secret_value())
        async with database_of(request).transaction() as session:
            row = await paying.begin_payment(session, order, now=utc_now())
            slowness = await faults.take_slowness(session, Channel.ZALOPAY)
    except OrderRefusedError as error:
        return JSONResponse(dialect.refuse(error.answer))
    except ReferenceTakenError:
        return JSONResponse(dialect.refuse(dialect.KNOWN_ALREADY))
    await asyncio.sleep(slowness / timedelta(seconds=1))
    return JSONResponse(dialect.created(f"{settings.public_url}/ngan-hang-thu/zalopay/{row.id}"))


@router.post("/query")
async def answer_query(request: Request, settings: Configured) -> Response:
    """Tell what became of an order."""
    form = dict(await request.form())
    try:
        app, reference = dialect.read_question(form, key1=settings.zalopay_key1.get_secret_value())
        async with database_of(request).transaction() as session:
            asked = await paying.ask_payment(
                session, Channel.ZALOPAY, app, reference, now=utc_now()
            )
            slowness = await faults.take_slowness(session, Channel.ZALOPAY)
    except OrderRefusedError as error:
        return JSONResponse(dialect.refuse(error.answer))
    except PaymentNotFoundError:
        return JSONResponse(dialect.refuse(dialect.NOT_FOUND))
    await asyncio.sleep(slowness / timedelta(seconds=1))
    return JSONResponse(dialect.answer_query(asked.told, asked.state))


@router.post("/refund")
async def refund(request: Request, settings: Configured) -> Response:
    """Give money back, once per m_refund_id."""
    form = dict(await request.form())
    try:
        wanted = dialect.read_refund(form, key1=settings.zalopay_key1.get_secret_value())
        async with database_of(request).transaction() as session:
            given = await refunds.give_back(session, wanted, now=utc_now())
            slowness = await faults.take_slowness(session, Channel.ZALOPAY)
    except OrderRefusedError as error:
        return JSONResponse(dialect.refuse(error.answer))
    except RefundKnownError:
        return JSONResponse(dialect.refuse(dialect.KNOWN_ALREADY))
    except PaymentNotFoundError:
        return JSONResponse(dialect.refuse("-14"))
    await asyncio.sleep(slowness / timedelta(seconds=1))
    return JSONResponse(dialect.refunded(given))


@router.post("/query_refund")
async def answer_about_refund(request: Request, settings: Configured) -> Response:
    """Tell what became of a refund."""
    form = dict(await request.form())
    try:
        name = dialect.read_refund_question(form, key1=settings.zalopay_key1.get_secret_value())
        async with database_of(request).transaction() as session:
            given = await refunds.ask_refund(session, Channel.ZALOPAY, name)
    except OrderRefusedError as error:
        return JSONResponse(dialect.refuse(error.answer))
    except RefundNotFoundError:
        return JSONResponse(dialect.refuse(dialect.NOT_FOUND))
    return JSONResponse(dialect.refunded(given))

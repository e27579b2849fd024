"""VNPAY 2.1.0 as a merchant meets it: the signed address of a payment, and querydr."""

import asyncio
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from mock_bank.adapters.orders import OrderRefusedError
from mock_bank.adapters.payer import Configured
from mock_bank.adapters.vnpay import dialect, refunds
from mock_bank.domain.payments import Channel, PaymentNotFoundError, ReferenceTakenError
from mock_bank.domain.refunds import RefundKnownError
from mock_bank.use_cases import faults, paying
from mock_bank.use_cases import refunds as given_back
from shared.clock import utc_now
from shared.web.identity import public
from shared.web.request import database_of

router = APIRouter(prefix="/ngan-hang-thu/vnpay", dependencies=[public()], tags=["mock-bank"])


@router.get("/paymentv2/vpcpay.html")
async def open_payment(request: Request, settings: Configured) -> Response:
    """Open the payment of a signed address, and go on to its page."""
    home = f"{settings.public_url}/ngan-hang-thu/vnpay"
    query = bytes(request.scope["query_string"]).decode("ascii", "replace")
    try:
        order = dialect.read_order(query, secret=settings.vnpay_secret.get_secret_value())
        async with database_of(request).transaction() as session:
            row = await paying.begin_payment(session, order, now=utc_now())
            slowness = await faults.take_slowness(session, Channel.VNPAY)
    except OrderRefusedError as error:
        return RedirectResponse(f"{home}/Error.html?code={error.answer}", status_code=302)
    except ReferenceTakenError:
        return RedirectResponse(f"{home}/Error.html?code=01", status_code=302)
    await asyncio.sleep(slowness / timedelta(seconds=1))
    return RedirectResponse(f"{home}/{row.id}", status_code=302)


@router.post("/merchant_webapi/api/transaction")
async def answer_query(request: Request, settings: Configured, message: dict[str, Any]) -> Response:
    """Answer querydr, which tells of the payment's last refund, or give a payment back."""
    secret = settings.vnpay_secret.get_secret_value()
    if message.get("vnp_Command") == "refund":
        return await _give_back(request, message, secret=secret)
    try:
        terminal, reference = dialect.read_question(message, secret=secret)
        async with database_of(request).transaction() as session:
            asked = await paying.ask_payment(
                session, Channel.VNPAY, terminal, reference, now=utc_now()
            )
            given = await given_back.last_refund(session, Channel.VNPAY, terminal, reference)
            slowness = await faults.take_slowness(session, Channel.VNPAY)
    except OrderRefusedError as error:
        return JSONResponse(dialect.refuse(error.answer))
    except PaymentNotFoundError:
        return JSONResponse(dialect.refuse("91"))
    await asyncio.sleep(slowness / timedelta(seconds=1))
    if given is not None:
        told = refunds.answer(
            given, partner=terminal, reference=reference, secret=secret, asked=True
        )
        return JSONResponse(told)
    return JSONResponse(dialect.answer(asked.told, asked.state, secret=secret))


async def _give_back(request: Request, message: dict[str, Any], *, secret: str) -> Response:
    try:
        wanted = refunds.read_refund(message, secret=secret)
        async with database_of(request).transaction() as session:
            given = await given_back.give_back(session, wanted, now=utc_now())
            slowness = await faults.take_slowness(session, Channel.VNPAY)
    except OrderRefusedError as error:
        return JSONResponse(refunds.refuse(error.answer, secret=secret))
    except RefundKnownError:
        return JSONResponse(refunds.refuse(refunds.DUPLICATE, secret=secret))
    except PaymentNotFoundError:
        return JSONResponse(refunds.refuse(refunds.NOT_FOUND, secret=secret))
    await asyncio.sleep(slowness / timedelta(seconds=1))
    told = refunds.answer(
        given, partner=wanted.partner, reference=wanted.reference, secret=secret, asked=False
    )
    return JSONResponse(told)

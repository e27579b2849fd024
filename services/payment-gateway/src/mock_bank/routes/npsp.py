"""The national payment platform's protocol, version 1.0.6."""

import asyncio
from datetime import timedelta
from typing import Any, Final

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import JSONResponse, Response

from mock_bank.adapters.npsp import dialect
from mock_bank.adapters.npsp.bill import make_bill
from mock_bank.adapters.payer import Configured
from mock_bank.domain.payments import Channel, PaymentNotFoundError, TransactionState
from mock_bank.use_cases import faults, paying
from shared.clock import utc_now
from shared.errors import DomainError
from shared.web.identity import public
from shared.web.request import database_of

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
            slowness = await faults.take_slowness(session, Channel.NPSP)
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
    asked = await paying.ask_payment(
        session, Channel.NPSP, message["MaDoiTac"], message["MaThamChieu"], now=utc_now()
    )
    if kind == "GET_BILL":
        return _bill(asked)
    return JSONResponse(dialect.answer_query(asked.told, asked.state, secret=secret))


async def _begin(session: AsyncSession, order: dialect.Order, public_url: str) -> Response:
    wanted = paying.NewPayment(channel=Channel.NPSP, **vars(order), details={})
    row = await paying.begin_payment(session, wanted, now=utc_now())
    address = f"{public_url}/ngan-hang-thu/npsp/{row.id}"
    return JSONResponse(dialect.accept_order(order, address))


def _bill(asked: paying.Asked) -> Response:
    if asked.state is not TransactionState.SUCCESS:
        raise PaymentNotFoundError("nothing was paid, so there is no bill")
    return Response(make_bill(asked.told), media_type="application/pdf")

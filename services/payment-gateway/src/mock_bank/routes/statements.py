"""The settlement files of a day, as a partner fetches them."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from mock_bank.adapters.momo import statement as momo
from mock_bank.adapters.npsp import statement as npsp
from mock_bank.adapters.vietqr import statement as vietqr
from mock_bank.adapters.vnpay import statement as vnpay
from mock_bank.adapters.zalopay import statement as zalopay
from mock_bank.domain.payments import Channel
from mock_bank.use_cases import statements
from shared.web.identity import public
from shared.web.request import Transaction

router = APIRouter(prefix="/ngan-hang-thu", dependencies=[public()], tags=["mock-bank"])

WRITERS = {
    Channel.NPSP: (npsp.write, npsp.MEDIA_TYPE),
    Channel.VIETQR: (vietqr.write, vietqr.MEDIA_TYPE),
    Channel.VNPAY: (vnpay.write, vnpay.MEDIA_TYPE),
    Channel.MOMO: (momo.write, momo.MEDIA_TYPE),
    Channel.ZALOPAY: (zalopay.write, zalopay.MEDIA_TYPE),
}


@router.get("/api/statements/{date}", response_class=Response)
async def show_statement(
    session: Transaction, date: date, channel: Annotated[Channel, Query()] = Channel.NPSP
) -> Response:
    """Return what ``channel`` paid on that day in Vietnam, in the form of its own protocol."""
    write, media_type = WRITERS[channel]
    sheet = await statements.sheet_of(session, channel, date)
    return Response(write(sheet), media_type=media_type)

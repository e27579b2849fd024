"""Paper of the desk: phiếu thu, and the slip with which a till's cash is handed over."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from payment_gateway.adapters.paper import qr_picture
from payment_gateway.domain.counting import DENOMINATIONS
from payment_gateway.pages.tills import WHO_SEES, sight_of
from payment_gateway.use_cases import cash, tills
from shared.clock import utc_now
from shared.days import in_vietnam
from shared.web.identity import SignedIn
from shared.web.language import VIETNAMESE, use_language
from shared.web.pages import render_text
from shared.web.request import database_of

Print = Callable[[str], Awaitable[bytes]]
"""Makes a PDF of HTML; ``main.py`` gives the printer and the style."""


def slips_router(print_page: Print, *, public_url: str) -> APIRouter:
    """Return the door to the papers; they are Vietnamese only."""
    router = APIRouter(dependencies=[WHO_SEES], include_in_schema=False)
    look_up = f"{public_url}/bien-lai"

    @router.get("/can-bo/thu-tien/phieu-thu/{voucher_id}/phieu-thu.pdf", response_class=Response)
    async def print_voucher(request: Request, user: SignedIn, voucher_id: UUID) -> Response:
        """Print the phiếu thu of one taking, to be viewed in the browser."""
        async with database_of(request).transaction() as session:
            voucher = await cash.read_voucher(session, voucher_id, await sight_of(session, user))
        use_language(VIETNAMESE)
        html = render_text(
            "payment_gateway", "paper/voucher.html", voucher=voucher, payable=voucher.payable,
            look_up=look_up, qr=qr_picture(look_up), day=_day(voucher.taken_at),
        )  # fmt: skip
        return _viewed(await print_page(html), f"phieu-thu-{voucher.symbol}")

    @router.get("/can-bo/thu-tien/quy/{till_id}/ban-giao.pdf", response_class=Response)
    async def print_hand_over(request: Request, user: SignedIn, till_id: UUID) -> Response:
        """Print the slip with which the cash of a till changes hands."""
        async with database_of(request).transaction() as session:
            till = await tills.read_seen(session, till_id, await sight_of(session, user))
            taken = await tills.taken_into(session, till_id)
        use_language(VIETNAMESE)
        html = render_text(
            "payment_gateway", "paper/hand_over.html", till=till, taken=taken,
            denominations=DENOMINATIONS, day=_day(till.closed_at or utc_now()),
        )  # fmt: skip
        return _viewed(await print_page(html), f"ban-giao-{till.short_name}")

    return router


def _day(at: datetime) -> str:
    return f"{in_vietnam(at):Ngày %d tháng %m năm %Y}"


def _viewed(content: bytes, name: str) -> Response:
    headers = {
        "Content-Disposition": f'inline; filename="{name}.pdf"',
        "Cache-Control": "private, no-store",
    }
    return Response(content, media_type="application/pdf", headers=headers)

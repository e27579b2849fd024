"""The page of a bank transfer: its QR for the bank's app, and what to type by hand."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from payment_gateway.adapters.browser import LinkMaker
from payment_gateway.adapters.catalogue import bank_names
from payment_gateway.adapters.qr import qr_png, qr_svg
from payment_gateway.domain import vietqr
from payment_gateway.domain.errors import NothingDueError
from payment_gateway.domain.payables import Payable
from payment_gateway.use_cases import look
from shared.links import Purpose
from shared.web.identity import public
from shared.web.pages import render
from shared.web.request import Transaction

router = APIRouter(dependencies=[public()], include_in_schema=False)

_PICTURE_FRESH: Final = {"Cache-Control": "private, no-store"}
"""The amount changes when a part is paid."""


@router.get("/p/{token}/chuyen-khoan")
async def show_transfer(
    request: Request, session: Transaction, token: str, links: LinkMaker
) -> Response:
    """Show the transfer that pays what is still due; when nothing is, what became of it."""
    payable = await look.read_payable(session, links.read(Purpose.PAYABLE, token))
    account = payable.payee.account
    if not payable.takes_money or not vietqr.is_reachable(account):
        return RedirectResponse(f"/p/{token}", status_code=303)
    bank = bank_names().get(account.bin, account.bin)
    return render(
        request, "transfer.html", payable=payable, account=account, bank=bank, token=token
    )


@router.get("/p/{token}/vietqr.svg")
async def draw_svg(session: Transaction, token: str, links: LinkMaker) -> Response:
    """Draw the QR of the transfer."""
    text = await _payload(session, links.read(Purpose.PAYABLE, token))
    return Response(qr_svg(text), media_type="image/svg+xml", headers=_PICTURE_FRESH)


@router.get("/p/{token}/vietqr.png")
async def draw_png(session: Transaction, token: str, links: LinkMaker) -> Response:
    """Draw the QR of the transfer, for a phone that keeps it and opens it in the bank's app."""
    text = await _payload(session, links.read(Purpose.PAYABLE, token))
    return Response(qr_png(text), media_type="image/png", headers=_PICTURE_FRESH)


async def _payload(session: Transaction, payable_id: UUID) -> str:
    payable: Payable = await look.read_payable(session, payable_id)
    if not payable.takes_money:
        raise NothingDueError("no QR is drawn when nothing is due")
    transfer = vietqr.transfer_to(
        payable.payee.account, amount_vnd=payable.remaining_vnd, reference=payable.reference
    )
    return vietqr.payload(transfer)

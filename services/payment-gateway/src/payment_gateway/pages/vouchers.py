"""Phiếu thu: what a payer of cash takes along, and how the receipt follows by itself."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response, StreamingResponse

from payment_gateway.domain.tills import Voucher
from payment_gateway.domain.waiting import Waits
from payment_gateway.pages.tills import WHO_SEES, sight_of
from payment_gateway.use_cases import cash, waiting
from payment_gateway.views.receipts import KnownReceipt, receipts_of
from shared.clock import utc_now
from shared.web.identity import SignedIn, User
from shared.web.live import event_stream
from shared.web.pages import render
from shared.web.request import Transaction, database_of

router = APIRouter(dependencies=[WHO_SEES], include_in_schema=False)

_VOUCHER: Final = "/can-bo/thu-tien/phieu-thu/{voucher_id}"


@dataclass(frozen=True)
class _Shown:
    """What the page of a phiếu thu shows."""

    voucher: Voucher
    receipts: Sequence[KnownReceipt]
    waits: Waits

    @property
    def signature(self) -> str:
        """Return what changes when the page has to be drawn again."""
        payable = self.voucher.payable
        numbers = [[each.number, each.has_file] for each in self.receipts]
        return json.dumps([payable.status.value, payable.held_vnd, numbers, self.waits.signature])


@router.get(_VOUCHER)
async def show_voucher(
    request: Request, session: Transaction, user: SignedIn, voucher_id: UUID
) -> Response:
    """Show what was taken, the change, and the receipt or what it waits for."""
    shown = await _shown(session, user, voucher_id)
    public_url: str = request.app.state.settings.public_url
    return render(
        request,
        "voucher.html",
        voucher=shown.voucher,
        payable=shown.voucher.payable,
        receipts=shown.receipts,
        waits=shown.waits,
        look_up=f"{public_url}/bien-lai",
    )


@router.get(f"{_VOUCHER}/events", response_class=StreamingResponse)
async def follow_voucher(request: Request, user: SignedIn, voucher_id: UUID) -> Response:
    """Tell the page when it has to be drawn again (server-sent events, ``status``)."""
    database = database_of(request)
    async with database.transaction() as session:
        shown = await _shown(session, user, voucher_id)

    async def read() -> str | None:
        async with database.transaction() as session:
            return (await _shown(session, user, voucher_id)).signature

    return event_stream(request, shown.voucher.payable.dossier_code, read)


async def _shown(session: AsyncSession, user: User, voucher_id: UUID) -> _Shown:
    voucher = await cash.read_voucher(session, voucher_id, await sight_of(session, user))
    receipts = await receipts_of(session, voucher.payable.id)
    return _Shown(voucher, receipts, await waiting.waits(session, now=utc_now()))

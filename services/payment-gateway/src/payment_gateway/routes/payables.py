"""Public look-ups of what is due: JSON, the QR, and live changes."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from payment_gateway.adapters import finding
from payment_gateway.adapters.browser import LinkMaker, links_of
from payment_gateway.adapters.finding import Found
from payment_gateway.adapters.links import Links
from payment_gateway.adapters.qr import qr_png, qr_svg
from payment_gateway.domain.errors import PayableNotFoundError
from payment_gateway.domain.payables import Payable
from payment_gateway.schemas import PublicPayable, public_fee, public_payable
from payment_gateway.use_cases import look
from payment_gateway.views.fees import fee_state
from shared.dossier_code import parse_dossier_code
from shared.web.direct import DirectRoute
from shared.web.identity import public
from shared.web.limits import count_look_up, count_miss
from shared.web.live import event_stream
from shared.web.request import database_of

_API: Final = "/api/payment-gateway/v1"
_PICTURE_KEPT: Final = {"Cache-Control": "private, max-age=300"}

router = APIRouter(dependencies=[public()])


async def show_payable(request: Request, dossier_code: str) -> Response:
    """Tell what is due for a dossier; the code may be written as people write it."""
    code = parse_dossier_code(dossier_code)
    await count_look_up(request, code)
    async with database_of(request).reading() as reading:
        found = await finding.find(reading, code, fee_state)
    if found is None:
        await count_miss(request, code)
        raise PayableNotFoundError(code)
    answer = _public(found, links_of(request))
    return Response(answer.model_dump_json(), media_type="application/json")


router.add_api_route(
    f"{_API}/payables/{{dossier_code}}",
    show_payable,
    response_model=PublicPayable,
    route_class_override=DirectRoute,
)


@router.get("/thanh-toan/{dossier_code}/qr.svg")
async def draw_svg(request: Request, dossier_code: str, links: LinkMaker) -> Response:
    """Draw the QR of the pay link; 404 when nothing is due."""
    payable = await _due(request, dossier_code)
    picture = qr_svg(links.pay_url(payable.id))
    return Response(picture, media_type="image/svg+xml", headers=_PICTURE_KEPT)


@router.get("/thanh-toan/{dossier_code}/qr.png")
async def draw_png(request: Request, dossier_code: str, links: LinkMaker) -> Response:
    """Draw the QR of the pay link; 404 when nothing is due."""
    payable = await _due(request, dossier_code)
    picture = qr_png(links.pay_url(payable.id))
    return Response(picture, media_type="image/png", headers=_PICTURE_KEPT)


@router.get("/thanh-toan/{dossier_code}/events")
async def follow_payable(request: Request, dossier_code: str, links: LinkMaker) -> Response:
    """Tell, as it changes, what is due for a dossier (server-sent events, ``status``)."""
    code = parse_dossier_code(dossier_code)
    await count_look_up(request, code)
    database = database_of(request)

    async def read() -> str | None:
        async with database.reading() as reading:
            found = await finding.find(reading, code, fee_state)
        return None if found is None else _public(found, links).model_dump_json()

    return event_stream(request, code, read)


async def _due(request: Request, dossier_code: str) -> Payable:
    code = parse_dossier_code(dossier_code)
    await count_look_up(request, code)
    async with database_of(request).reading() as reading:
        payable = await look.find_payable(reading, code)
    if payable is None:
        await count_miss(request, code)
    if payable is None or not payable.takes_money:
        raise PayableNotFoundError(code)
    return payable


def _public(found: Found, links: Links) -> PublicPayable:
    payable = found.payable
    if payable is not None:
        return public_payable(payable, found.status, pay_url=links.pay_url(payable.id))
    if found.fee is None:
        raise PayableNotFoundError(found.dossier_code)
    return public_fee(found.dossier_code, found.status, found.fee)

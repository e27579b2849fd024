"""Thanh toán trực tuyến: a dossier code is searched, what is due is shown with its QR."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from payment_gateway.adapters import finding
from payment_gateway.adapters.browser import LinkMaker
from payment_gateway.domain.payables import PublicStatus
from payment_gateway.use_cases import look
from payment_gateway.views.fees import fee_state
from shared.clock import utc_now
from shared.dossier_code import InvalidDossierCodeError, parse_dossier_code
from shared.web.identity import MaybeSignedIn, Role, public
from shared.web.limits import count_look_up, count_miss
from shared.web.pages import render, translate
from shared.web.request import Transaction, database_of

_MAX_TYPED: Final = 200

router = APIRouter(dependencies=[public()], include_in_schema=False)

TAGS: Final = {
    PublicStatus.AWAITING_FEE: ("Chưa có số tiền", "neutral"),
    PublicStatus.EXEMPT: ("Miễn phí, lệ phí", "done"),
    PublicStatus.AWAITING_PAYMENT: ("Chờ thanh toán", "waiting"),
    PublicStatus.ON_HOLD: ("Sai lệch thanh toán", "waiting"),
    PublicStatus.PAID: ("Đã thanh toán", "done"),
    PublicStatus.REFUNDED: ("Đã hoàn trả", "neutral"),
    PublicStatus.CANCELLED: ("Không còn phải nộp", "neutral"),
}
"""The word and the colour of each state; the template translates the word."""


@router.get("/thanh-toan")
async def search(
    request: Request,
    ma: Annotated[str | None, Query(max_length=_MAX_TYPED)] = None,
) -> Response:
    """Search a dossier code as people type it: found, 303 to its page; else an explanation."""
    if ma is None or not ma.strip():
        return _search_page(request, typed="", error="", status=200)
    try:
        code = parse_dossier_code(ma)
    except InvalidDossierCodeError:
        error = translate(
            "Số hồ sơ chưa đúng. Nhập đủ như trên giấy tiếp nhận, ví dụ H34.10-261122-0007."
        )
        return _search_page(request, typed=ma, error=error, status=422)
    await count_look_up(request, code)
    async with database_of(request).reading() as reading:
        found = await finding.find(reading, code, fee_state)
    if found is None:
        await count_miss(request, code)
        return _not_found_page(request, code)
    return RedirectResponse(f"/thanh-toan/{code}", status_code=303)


@router.get("/thanh-toan/tro-ve")
async def come_back(
    session: Transaction, links: LinkMaker, ref: Annotated[str, Query(max_length=255)]
) -> Response:
    """Receive a browser that comes back from the bank, and show it what became of its attempt."""
    payable_id = await look.payable_of_reference(session, ref)
    return RedirectResponse(links.pay_url(payable_id), status_code=303)


@router.get("/thanh-toan/{dossier_code}")
async def show_payable(
    request: Request,
    dossier_code: str,
    links: LinkMaker,
    user: MaybeSignedIn,
) -> Response:
    """Show what is due, its QR and its live state."""
    try:
        code = parse_dossier_code(dossier_code)
    except InvalidDossierCodeError as error:
        return _search_page(request, typed=dossier_code, error=translate(error.title), status=422)
    if code != dossier_code:
        return RedirectResponse(f"/thanh-toan/{code}", status_code=303)
    await count_look_up(request, code)
    async with database_of(request).reading() as reading:
        found = await finding.find(reading, code, fee_state)
    if found is None:
        await count_miss(request, code)
        return _not_found_page(request, code)
    payable = found.payable
    due = payable is not None and payable.takes_money
    return render(
        request,
        "payable.html",
        found=found,
        payable=payable,
        tag=TAGS[found.status],
        pay_url=links.pay_url(payable.id) if payable is not None and due else None,
        drives_display=user is not None and Role.OFFICER in user.roles,
        now=utc_now(),
    )


def _search_page(request: Request, *, typed: str, error: str, status: int) -> Response:
    return render(request, "search.html", typed=typed, error=error, status=status)


def _not_found_page(request: Request, code: str) -> Response:
    error = translate("Chưa tìm thấy hồ sơ này. Kiểm tra lại số trên giấy tiếp nhận.")
    return _search_page(request, typed=code, error=error, status=404)

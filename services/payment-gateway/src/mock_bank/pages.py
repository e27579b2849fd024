"""The HTML door: what a payer sees in the bank's app, and the mock's own desk."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from mock_bank import use_cases
from mock_bank.domain.banks import BANKS, Bank, find_bank
from mock_bank.domain.payments import (
    BALANCE_VND,
    MAX_WRONG_CODES,
    Channel,
    Status,
    Trigger,
    is_covered,
    may_sign_in,
    one_time_code,
)
from mock_bank.domain.tellings import Fault
from mock_bank.settings import Settings
from shared.clock import utc_now
from shared.lifecycle import IllegalStepError
from shared.web.identity import public
from shared.web.pages import render
from shared.web.request import Transaction, database_of, run_now, settings_of

Configured = Annotated[Settings, Depends(settings_of(Settings))]

router = APIRouter(
    prefix="/ngan-hang-thu", dependencies=[public()], tags=["mock-bank"], include_in_schema=False
)

_HOME: Final = "/ngan-hang-thu"
_NO_BANK: Final = Bank("", "Cổng thanh toán", "plain")
_STYLE: Final = (files("mock_bank") / "templates" / "bank.css").read_text(encoding="utf-8")
_BACK_AFTER_SECONDS: Final = 4
_SCREENS: Final = {
    Status.CREATED: "sign_in.html",
    Status.SIGNED_IN: "review.html",
    Status.CONFIRMING: "confirm.html",
    Status.APPROVED: "approved.html",
    Status.DECLINED: "declined.html",
    Status.ABANDONED: "abandoned.html",
    Status.EXPIRED: "expired.html",
}
_RETURNS_BY_ITSELF: Final = frozenset({Status.APPROVED, Status.DECLINED})


@router.get("")
async def show_desk(request: Request, session: Transaction) -> HTMLResponse:
    """Show the mock's newest payments and its fault switches."""
    return render(
        request,
        "desk.html",
        payments=await use_cases.list_payments(session),
        waiting=await use_cases.list_faults(session),
        faults=list(Fault),
        channels=list(Channel),
    )


@router.post("/loi")
async def ask_for_fault(
    session: Transaction,
    channel: Annotated[Channel, Form()],
    fault: Annotated[Fault, Form()],
    times: Annotated[int, Form(ge=1, le=1_000_000)] = 1,
) -> Response:
    """Ask for a fault from the desk."""
    await use_cases.ask_for_fault(session, channel, fault, times=times, after_ms=None)
    return RedirectResponse(_HOME, status_code=303)


@router.post("/loi/xoa")
async def clear_faults(session: Transaction) -> Response:
    """Take all faults back from the desk."""
    await use_cases.clear_faults(session)
    return RedirectResponse(_HOME, status_code=303)


@router.get("/bank.css")
async def show_style() -> Response:
    """Return the banks' own colours; the service's style sheet knows nothing of them."""
    return Response(_STYLE, media_type="text/css", headers={"Cache-Control": "max-age=3600"})


@router.get("/npsp/{payment_id}")
async def show_payment(
    request: Request, session: Transaction, settings: Configured, payment_id: UUID
) -> HTMLResponse:
    """Show the screen of the bank's app on which the payer stands."""
    row = await use_cases.show_payment(session, payment_id, now=utc_now())
    bank = find_bank(row.bank_code)
    must_choose = bank is None and may_sign_in(row.status)
    back = settings.return_address(row.reference)
    page = render(
        request,
        "choose.html" if must_choose else _SCREENS[row.status],
        payment=row,
        bank=bank or _NO_BANK,
        banks=BANKS,
        balance_vnd=BALANCE_VND,
        is_covered=is_covered(row.amount_vnd),
        code=one_time_code(row.id),
        tries_left=MAX_WRONG_CODES - row.wrong_codes,
        back=back,
    )
    if row.status in _RETURNS_BY_ITSELF:
        page.headers["Refresh"] = f"{_BACK_AFTER_SECONDS}; url={back}"
    return page


@router.post("/npsp/{payment_id}/ngan-hang")
async def choose_bank(
    session: Transaction, payment_id: UUID, bank: Annotated[str, Form(max_length=40)]
) -> Response:
    """Take the payer's choice of bank, where the partner left it open."""
    await use_cases.choose_bank(session, payment_id, bank, now=utc_now())
    return _to_payment(payment_id)


@router.post("/npsp/{payment_id}/dang-nhap")
async def sign_in(session: Transaction, payment_id: UUID) -> Response:
    """Log in; whatever name and password are typed, they are neither read nor kept."""
    return await _move(session, payment_id, Trigger.SIGN_IN)


@router.post("/npsp/{payment_id}/xac-nhan")
async def send_code(session: Transaction, payment_id: UUID) -> Response:
    """Accept amount and payee; the bank sends the one-time code."""
    return await _move(session, payment_id, Trigger.SEND_CODE)


@router.post("/npsp/{payment_id}/roi-trang")
async def leave(session: Transaction, payment_id: UUID) -> Response:
    """Leave the app without an answer."""
    return await _move(session, payment_id, Trigger.ABANDON)


@router.post("/npsp/{payment_id}/otp")
async def enter_code(
    request: Request, payment_id: UUID, code: Annotated[str, Form(max_length=20)]
) -> Response:
    """Pay with the right one-time code; the third wrong one refuses the payment."""
    try:
        async with database_of(request).transaction() as session:
            callbacks = await use_cases.enter_code(session, payment_id, code, now=utc_now())
    except IllegalStepError:
        return _to_payment(payment_id)  # A second tap: the page shows what the first one did.
    return await _tell(request, payment_id, callbacks)


@router.post("/npsp/{payment_id}/tu-choi")
async def decline(request: Request, payment_id: UUID) -> Response:
    """Refuse the payment."""
    try:
        async with database_of(request).transaction() as session:
            callbacks = await use_cases.decline(session, payment_id, now=utc_now())
    except IllegalStepError:
        return _to_payment(payment_id)
    return await _tell(request, payment_id, callbacks)


async def _move(session: Transaction, payment_id: UUID, trigger: Trigger) -> Response:
    try:
        await use_cases.move(session, payment_id, trigger, now=utc_now())
    except IllegalStepError:
        return _to_payment(payment_id)
    return _to_payment(payment_id)


async def _tell(request: Request, payment_id: UUID, callbacks: Sequence[UUID]) -> Response:
    for callback in callbacks:
        await run_now(request, "tell-partner", callback)
    return _to_payment(payment_id)


def _to_payment(payment_id: UUID) -> Response:
    return RedirectResponse(f"{_HOME}/npsp/{payment_id}", status_code=303)

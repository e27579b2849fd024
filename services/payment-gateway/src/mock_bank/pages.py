"""The HTML door: what a payer sees in the bank's app, and the mock's own desk."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from mock_bank.adapters.payer import Configured
from mock_bank.adapters.vietqr import dialect
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
from mock_bank.schemas import TransferForm
from mock_bank.use_cases import faults, paying
from mock_bank.use_cases.paying import NewTransfer
from shared.clock import utc_now
from shared.ids import new_id
from shared.lifecycle import IllegalStepError
from shared.web.identity import public
from shared.web.pages import render
from shared.web.request import Transaction, database_of, run_now

router = APIRouter(
    prefix="/ngan-hang-thu", dependencies=[public()], tags=["mock-bank"], include_in_schema=False
)

_HOME: Final = "/ngan-hang-thu"
_PAYMENT: Final = "/{channel}/{payment_id:uuid}"
_ANY_BANK: Final = Bank("", "Chuyển khoản", "plain")
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


async def _here(channel: Channel, payment_id: UUID) -> str:
    return f"{_HOME}/{channel.value}/{payment_id}"


Here = Annotated[str, Depends(_here)]
"""The address of the payment's page."""


@router.get("")
async def show_desk(request: Request, session: Transaction) -> HTMLResponse:
    """Show the mock's newest payments and its fault switches."""
    return render(
        request,
        "desk.html",
        payments=await paying.list_payments(session),
        waiting=await faults.list_faults(session),
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
    await faults.ask_for_fault(session, channel, fault, times=times, after_ms=None)
    return RedirectResponse(_HOME, status_code=303)


@router.post("/loi/xoa")
async def clear_faults(session: Transaction) -> Response:
    """Take all faults back from the desk."""
    await faults.clear_faults(session)
    return RedirectResponse(_HOME, status_code=303)


@router.get("/chuyen-khoan")
async def show_transfer(request: Request) -> HTMLResponse:
    """Show the form of a transfer: a scanned QR, or what is typed by hand."""
    return _transfer_page(request, TransferForm())


@router.post("/chuyen-khoan")
async def begin_transfer(
    request: Request, session: Transaction, form: Annotated[TransferForm, Form()]
) -> Response:
    """Open a transfer in the bank's app; the payer logs in and confirms next."""
    try:
        wanted = dialect.read_transfer(form.payload, form.account, form.amount, form.content)
    except dialect.QrUnreadableError as error:
        return _transfer_page(request, form, error=error.title)
    typed = NewTransfer(**vars(wanted), bank_reference=str(new_id()))
    row = await paying.begin_transfer(session, typed, now=utc_now())
    return _to(f"{_HOME}/{row.channel.value}/{row.id}")


@router.get("/bank.css")
async def show_style() -> Response:
    """Return the banks' own colours; the service's style sheet knows nothing of them."""
    return Response(_STYLE, media_type="text/css", headers={"Cache-Control": "max-age=3600"})


@router.get(_PAYMENT)
async def show_payment(
    request: Request, session: Transaction, settings: Configured, payment_id: UUID
) -> HTMLResponse:
    """Show the screen of the bank's app on which the payer stands."""
    row = await paying.show_payment(session, payment_id, now=utc_now())
    bank = find_bank(row.bank_code)
    must_choose = bank is None and may_sign_in(row.status)
    back = row.details.get("return_url") or settings.return_address(row.reference)
    if row.channel is Channel.VIETQR:
        back = _HOME  # Nobody sent the payer of a transfer here.
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
    if row.status in _RETURNS_BY_ITSELF and row.channel is not Channel.VIETQR:
        page.headers["Refresh"] = f"{_BACK_AFTER_SECONDS}; url={back}"
    return page


@router.post(_PAYMENT + "/ngan-hang")
async def choose_bank(
    session: Transaction, payment_id: UUID, here: Here, bank: Annotated[str, Form(max_length=40)]
) -> Response:
    """Take the payer's choice of bank, where the partner left it open."""
    await paying.choose_bank(session, payment_id, bank, now=utc_now())
    return _to(here)


@router.post(_PAYMENT + "/dang-nhap")
async def sign_in(session: Transaction, payment_id: UUID, here: Here) -> Response:
    """Log in; whatever name and password are typed, they are neither read nor kept."""
    return await _move(session, payment_id, here, Trigger.SIGN_IN)


@router.post(_PAYMENT + "/xac-nhan")
async def send_code(session: Transaction, payment_id: UUID, here: Here) -> Response:
    """Accept amount and payee; the bank sends the one-time code."""
    return await _move(session, payment_id, here, Trigger.SEND_CODE)


@router.post(_PAYMENT + "/roi-trang")
async def leave(session: Transaction, payment_id: UUID, here: Here) -> Response:
    """Leave the app without an answer."""
    return await _move(session, payment_id, here, Trigger.ABANDON)


@router.post(_PAYMENT + "/otp")
async def enter_code(
    request: Request, payment_id: UUID, here: Here, code: Annotated[str, Form(max_length=20)]
) -> Response:
    """Pay with the right one-time code; the third wrong one refuses the payment."""
    try:
        async with database_of(request).transaction() as session:
            callbacks = await paying.enter_code(session, payment_id, code, now=utc_now())
    except IllegalStepError:
        return _to(here)  # A second tap: the page shows what the first one did.
    return await _tell(request, here, callbacks)


@router.post(_PAYMENT + "/tu-choi")
async def decline(request: Request, payment_id: UUID, here: Here) -> Response:
    """Refuse the payment."""
    try:
        async with database_of(request).transaction() as session:
            callbacks = await paying.decline(session, payment_id, now=utc_now())
    except IllegalStepError:
        return _to(here)
    return await _tell(request, here, callbacks)


def _transfer_page(request: Request, form: TransferForm, *, error: str = "") -> HTMLResponse:
    return render(
        request,
        "transfer.html",
        form=form,
        error=error,
        bank=_ANY_BANK,
        status=422 if error else 200,
    )


async def _move(session: Transaction, payment_id: UUID, here: str, trigger: Trigger) -> Response:
    try:
        await paying.move(session, payment_id, trigger, now=utc_now())
    except IllegalStepError:
        return _to(here)
    return _to(here)


async def _tell(request: Request, here: str, callbacks: Sequence[UUID]) -> Response:
    for callback in callbacks:
        await run_now(request, "tell-partner", callback)
    return _to(here)


def _to(here: str) -> Response:
    return RedirectResponse(here, status_code=303)

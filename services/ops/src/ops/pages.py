"""The HTML door of ops: board, timelines, parked messages, proof."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import HTMLResponse, RedirectResponse

from ops import use_cases
from ops.domain.proofs import PROVE
from ops.domain.timeline import Entry, Wait
from ops.use_cases import Timeline
from shared.clock import utc_now
from shared.dossier_code import InvalidDossierCodeError, parse_dossier_code
from shared.web.identity import Role, SignedIn, allow
from shared.web.pages import render, translate
from shared.web.request import Transaction, database_of, run_now

router: Final = APIRouter(include_in_schema=False)

_READERS: Final = (Role.OPERATOR, Role.AUDITOR)
_PROOF_PAGE: Final = "/van-hanh/chung-minh"
_PARKED_PAGE: Final = "/van-hanh/tin-bi-giu"


@router.get("/van-hanh", dependencies=[allow(*_READERS)])
async def show_board(request: Request, session: Transaction) -> HTMLResponse:
    """Show what flows, what waits and since when (product: Bảng chính)."""
    board = await use_cases.show_board(session)
    proof = await use_cases.show_proof(session)
    return render(
        request,
        "board.html",
        board=board,
        proof=proof,
        now=utc_now(),
        badges={_PARKED_PAGE: board.parked},
    )


@router.get("/van-hanh/dong-su-kien", dependencies=[allow(*_READERS)])
async def show_timeline(
    request: Request, session: Transaction, ma: Annotated[str, Query(max_length=100)] = ""
) -> HTMLResponse:
    """Show everything that happened to one dossier (product: Dòng sự kiện)."""
    timeline: Timeline | None = None
    error: str | None = None
    if ma.strip():
        try:
            timeline = await use_cases.show_timeline(session, parse_dossier_code(ma))
        except InvalidDossierCodeError:
            error = translate("Số hồ sơ này không đúng dạng. Kiểm tra lại số trên giấy tiếp nhận.")
    return render(
        request,
        "timeline.html",
        typed=ma,
        error=error,
        found=None if timeline is None else _shown(timeline),
        badges=await _badges(session),
    )


@router.get(_PARKED_PAGE, dependencies=[allow(*_READERS)])
async def show_parked(request: Request, session: Transaction) -> HTMLResponse:
    """Show the messages that wait in any service (product: Tin bị giữ)."""
    messages = await use_cases.list_parked(session)
    return render(
        request,
        "parked.html",
        messages=messages,
        now=utc_now(),
        badges={_PARKED_PAGE: len(messages)},
    )


@router.get(_PROOF_PAGE, dependencies=[allow(*_READERS)])
async def show_proof(request: Request, session: Transaction, user: SignedIn) -> HTMLResponse:
    """Show what the last proof found, invariant by invariant (product: J13)."""
    proof = await use_cases.show_proof(session)
    return render(
        request,
        "proof.html",
        proof=proof,
        made_at=None if proof.report is None else datetime.fromisoformat(proof.report["at"]),
        may_ask=Role.OPERATOR in user.roles,
        badges=await _badges(session),
    )


@router.post(_PROOF_PAGE, dependencies=[allow(Role.OPERATOR)])
async def ask_for_proof(request: Request, user: SignedIn) -> RedirectResponse:
    """Run the proof while the operator waits; past the limit the page follows by itself."""
    async with database_of(request).transaction() as session:
        proof_id = await use_cases.ask_for_proof(session, by=user.subject, now=utc_now())
    if proof_id is not None:
        await run_now(request, PROVE, proof_id, timeout_seconds=10.0)
    return RedirectResponse(_PROOF_PAGE, status_code=303)


async def _badges(session: AsyncSession) -> Mapping[str, int]:
    board = await use_cases.show_board(session)
    return {_PARKED_PAGE: board.parked}


def _shown(timeline: Timeline) -> dict[str, Any]:
    """Return the timeline in the words of the page: what happened, then what is awaited."""
    names, waits = _event_names(), _wait_names()
    happened = [
        {"title": names.get(entry.name, entry.name), "entry": entry, "hop": _hop(entry)}
        for entry in timeline.entries
    ]
    awaited = [
        {"title": waits[each.what], "at": each.since, "state": "waiting"}
        for each in timeline.awaited
    ]
    return {"dossier_code": timeline.dossier_code, "happened": happened, "awaited": awaited}


def _hop(entry: Entry) -> str:
    """Return the time since the line before, as an operator reads it: ``+12 ms``, ``+3,4 s``."""
    if entry.after is None:
        return ""
    milliseconds = round(entry.after.total_seconds() * 1000)
    if milliseconds < 1000:  # noqa: PLR2004 - a second
        return f"+{milliseconds} ms"
    return f"+{milliseconds / 1000:,.1f} s".replace(",", " ").replace(".", ",")


def _wait_names() -> dict[Wait, str]:
    return {
        Wait.ASSESSMENT: translate("Chờ xác định số phải thu"),
        Wait.TARIFF: translate("Chờ biểu phí hoặc thông tin còn thiếu"),
        Wait.PAYABLE: translate("Chờ mở khoản phải thu"),
        Wait.PAYER: translate("Chờ người nộp thanh toán"),
        Wait.RECEIPT: translate("Chờ cấp số biên lai"),
        Wait.FILE: translate("Chờ tạo tệp biên lai"),
        Wait.PARTNER: translate("Chờ hệ thống tỉnh xác nhận"),
    }


def _event_names() -> dict[str, str]:
    return _names_before_payment() | _names_after_payment()


def _names_before_payment() -> dict[str, str]:
    return {
        "DossierReceived": translate("Tiếp nhận hồ sơ"),
        "DossierChanged": translate("Hồ sơ thay đổi"),
        "DossierWithdrawn": translate("Hồ sơ dừng hoặc rút"),
        "DossierReinstated": translate("Hồ sơ được xử lý tiếp"),
        "DossierClosed": translate("Đã trả kết quả"),
        "PartyRedacted": translate("Đã xóa thông tin cá nhân"),
        "FeeAssessed": translate("Đã xác định số phải thu"),
        "FeePending": translate("Chưa xác định được số phải thu"),
        "FeeExempted": translate("Được miễn"),
        "FeeWithdrawn": translate("Hủy yêu cầu thu"),
        "PaymentRequested": translate("Mở khoản phải thu"),
        "PaymentAmended": translate("Khoản phải thu thay đổi"),
        "PaymentAttempted": translate("Người nộp chọn kênh thanh toán"),
        "PaymentAttemptEnded": translate("Lần thanh toán kết thúc"),
    }


def _names_after_payment() -> dict[str, str]:
    return {
        "PaymentSettled": translate("Đã thu đủ"),
        "PaymentClosed": translate("Đóng khoản phải thu"),
        "MoneyUnmatched": translate("Tiền chưa gán"),
        "MoneyMatched": translate("Tiền đã gán"),
        "RefundProposed": translate("Đề nghị hoàn trả"),
        "RefundSettled": translate("Đã hoàn trả"),
        "ReceiptIssued": translate("Cấp số biên lai"),
        "ReceiptFileReady": translate("Biên lai đã có tệp"),
        "ReceiptReplaced": translate("Biên lai bị thay thế"),
        "NotificationSent": translate("Đã báo cho người nộp"),
        "NotificationFailed": translate("Chưa báo được cho người nộp"),
        "WebhookDelivered": translate("Đã giao cho đối tác"),
        "PartnerFactSent": translate("Đã gửi hệ thống tỉnh"),
        "PartnerFactAcknowledged": translate("Hệ thống tỉnh đã xác nhận"),
        "PartnerFactLate": translate("Hệ thống tỉnh chậm xác nhận"),
        "MessageParked": translate("Tin bị giữ"),
        "MessageReleased": translate("Tin được thả"),
        "MessageDiscarded": translate("Tin bị bỏ"),
    }

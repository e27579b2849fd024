"""Sổ cái: the balance of every account at a chosen instant, statements, and both as CSV."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from payment_gateway.pages.channel_words import CHANNELS
from payment_gateway.pages.money_scope import agencies_seen
from payment_gateway.use_cases import ledger
from shared.clock import utc_now
from shared.contracts.payment import UnmatchedKind
from shared.days import VIETNAM, in_vietnam
from shared.web.identity import Role, SignedIn, allow
from shared.web.pages import render, translate
from shared.web.request import Transaction
from shared.web.sheets import sheet_of

router = APIRouter(
    dependencies=[allow(Role.ACCOUNTANT, Role.SUPERVISOR, Role.AUDITOR)], include_in_schema=False
)

PATH: Final = "/can-bo/thu-tien/so-cai"
_MONTH: Final = timedelta(days=31)
_FORM: Final = "%Y-%m-%dT%H:%M"
_GROUPS: Final = {
    "receivable": "Kênh thanh toán còn phải chuyển về",
    "payable": "Phí, lệ phí phải nộp cho đơn vị thu",
    "suspense": "Tiền treo",
    "refund": "Đã duyệt hoàn, chưa hoàn xong",
    "bank": "Đã chi bằng tay từ tài khoản của đơn vị",
    "cash": "Tiền mặt trong quỹ",
    "till": "Tiền mặt trong quỹ",
    "difference": "Chênh lệch",
}
_PARTS: Final = {
    **{channel.value: words for channel, words in CHANNELS.items()},
    UnmatchedKind.SHORT.value: "nộp thiếu",
    UnmatchedKind.OVER.value: "nộp thừa",
    UnmatchedKind.DUPLICATE.value: "nộp hai lần",
    UnmatchedKind.LATE.value: "đến muộn",
    UnmatchedKind.UNKNOWN.value: "chưa rõ của ai",
    UnmatchedKind.WRONG_PAYEE.value: "sai đơn vị thu",
    "phi": "phí",
    "le_phi": "lệ phí",
}
_Typed = Annotated[str, Query(max_length=40)]


class AskedStatement(BaseModel):
    """Which account, from when and until when, as the address has it."""

    tk: str = Field(max_length=120, pattern=r"^[A-Za-z0-9._/-]+$")
    tu: str = Field("", max_length=40)
    den: str = Field("", max_length=40)


_Asked = Annotated[AskedStatement, Query()]


@router.get(PATH)
async def show_balances(
    request: Request, session: Transaction, user: SignedIn, luc: _Typed = ""
) -> Response:
    """Show where every account stood at a chosen instant."""
    at, wrong = _instant(luc, default=utc_now())
    found = await ledger.balances_at(session, await agencies_seen(session, user), at)
    return render(
        request,
        "ledger.html",
        status=422 if wrong else 200,
        balances=[(each, words_of(each.account)) for each in found],
        debit_vnd=sum(each.balance_vnd for each in found if each.balance_vnd > 0),
        credit_vnd=-sum(each.balance_vnd for each in found if each.balance_vnd < 0),
        at=at,
        typed=_typed(at),
        wrong=wrong,
        path=PATH,
    )


@router.get(f"{PATH}.csv")
async def export_balances(session: Transaction, user: SignedIn, luc: _Typed = "") -> Response:
    """Return the balances of a chosen instant as CSV."""
    at, _ = _instant(luc, default=utc_now())
    found = await ledger.balances_at(session, await agencies_seen(session, user), at)
    head = ("account", "words", "debit_vnd", "credit_vnd", "balance_vnd", "entries")
    lines = (
        (each.account, words_of(each.account), each.debit_vnd, each.credit_vnd, each.balance_vnd,
         each.entries)
        for each in found
    )  # fmt: skip
    return sheet_of(f"so-cai-{_typed(at).replace(':', '')}.csv", [head, *lines])


@router.get(f"{PATH}/tai-khoan")
async def show_statement(
    request: Request,
    session: Transaction,
    user: SignedIn,
    asked: _Asked,
) -> Response:
    """Show what was booked on one account between two instants, with the balance after each."""
    since, until, wrong = _span(asked.tu, asked.den)
    agencies = await agencies_seen(session, user)
    found = await ledger.statement_of(session, agencies, asked.tk, (since, until))
    return render(
        request,
        "ledger_account.html",
        status=422 if wrong else 200,
        statement=found,
        words=words_of(asked.tk),
        since=since,
        until=until,
        typed=(_typed(since), _typed(until)),
        wrong=wrong,
        path=PATH,
        limit=ledger.SHOWN,
    )


@router.get(f"{PATH}/tai-khoan.csv")
async def export_statement(session: Transaction, user: SignedIn, asked: _Asked) -> Response:
    """Return a statement as CSV."""
    since, until, _ = _span(asked.tu, asked.den)
    agencies = await agencies_seen(session, user)
    found = await ledger.statement_of(
        session, agencies, asked.tk, (since, until), limit=ledger.EXPORTED
    )
    head = ("at", "amount_vnd", "balance_vnd", "against", "event_id", "transaction_id")
    lines = (
        (f"{in_vietnam(each.at):%Y-%m-%d %H:%M:%S}", each.amount_vnd, each.balance_vnd,
         each.against, str(each.event_id), str(each.transaction_id))
        for each in found.lines
    )  # fmt: skip
    return sheet_of(f"so-cai-{asked.tk.replace('/', '-')}.csv", [head, *lines])


def words_of(account: str) -> str:
    """Return what an account is for, in people's words."""
    kind, _, rest = account.partition("/")
    group = _GROUPS.get(kind)
    if group is None:
        return account
    parts = [translate(_PARTS[part]) if part in _PARTS else part for part in rest.split("/")]
    return f"{translate(group)}: {' · '.join(parts)}"


def _span(since: str, until: str) -> tuple[datetime, datetime, str]:
    last, wrong = _instant(until, default=utc_now())
    first, wrong_too = _instant(since, default=last - _MONTH)
    return first, last, wrong or wrong_too


def _instant(typed: str, *, default: datetime) -> tuple[datetime, str]:
    """Return an instant typed in Vietnam's time, to the end of its minute; and what is wrong."""
    if not typed:
        return default, ""
    try:
        read = datetime.fromisoformat(typed)
    except ValueError:
        return default, translate("Ghi ngày giờ có thật, như 24/11/2026 14:05.")
    if read.tzinfo is None:
        read = read.replace(tzinfo=VIETNAM)
    if len(typed) <= len("2026-11-24T14:05"):
        read += timedelta(seconds=59, microseconds=999_999)
    return read.astimezone(UTC), ""


def _typed(at: datetime) -> str:
    return in_vietnam(at).strftime(_FORM)

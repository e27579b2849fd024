"""Quỹ tiền mặt: an officer's till, its count, and the hand-over that the accountant confirms."""

from collections.abc import Mapping
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Form, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from payment_gateway.domain.counting import (
    DENOMINATIONS,
    BadCashError,
    Wrong,
    parse_vnd,
    read_count,
)
from payment_gateway.domain.tills import Holder, Status, Till, TillOpenAlreadyError
from payment_gateway.use_cases import tills, waiting
from payment_gateway.use_cases.tills import Handing, Sight
from payment_gateway.views.agencies import agencies_of
from shared.clock import utc_now
from shared.days import vietnam_day
from shared.web.identity import NoRightError, Role, SignedIn, User, allow
from shared.web.pages import amount, render, translate
from shared.web.request import RequestCause, database_of

router = APIRouter(include_in_schema=False)

_SEES_TREE: Final = {Role.SUPERVISOR, Role.AUDITOR}
SEES_AGENCY: Final = frozenset({Role.ACCOUNTANT, *_SEES_TREE})
WHO_SEES: Final = allow(Role.OFFICER, *sorted(SEES_AGENCY))
_TILLS: Final = "/can-bo/thu-tien/quy"

WORDS: Final = {
    Wrong.NOT_AN_AMOUNT: "Ghi số tiền bằng chữ số, ví dụ 135.000.",
    Wrong.NOT_A_COUNT: "Ghi số tờ bằng chữ số.",
    Wrong.NOTHING_TYPED: "Ghi số tiền.",
    Wrong.NOTHING_COUNTED: "Đếm theo mệnh giá, hoặc ghi tổng số tiền. Không có tiền thì ghi 0.",
    Wrong.TOTAL_DIFFERS: "Khác tổng theo mệnh giá (%(amount)s). Kiểm tra lại.",
    Wrong.WHY_MORE: "Tiền đếm được thừa %(amount)s. Ghi lý do, rồi bấm lại.",
    Wrong.WHY_LESS: "Tiền đếm được thiếu %(amount)s. Ghi lý do, rồi bấm lại.",
    Wrong.NOTE_TOO_LONG: "Ghi không quá 300 ký tự.",
    Wrong.TOO_LITTLE_GIVEN: "Số tiền khách đưa ít hơn số tiền thu.",
    Wrong.MORE_THAN_DUE: "Chỉ còn phải nộp %(amount)s. Phần khách đưa thêm ghi ở ô dưới.",
    Wrong.NOT_ABOVE_ZERO: "Số tiền thu phải lớn hơn 0.",
}
TAGS: Final = {
    Status.OPEN: ("Đang mở", "selected"),
    Status.CLOSED: ("Chờ bàn giao", "waiting"),
    Status.HANDED_OVER: ("Đã bàn giao", "done"),
}


def in_words(error: BadCashError) -> dict[str, str]:
    """Return what is wrong with each field, in the reader's language."""
    shown = amount(error.amount_vnd)
    return {name: translate(WORDS[wrong], amount=shown) for name, wrong in error.fields.items()}


def holder_of(user: User) -> Holder:
    """Return the officer as the books name them; raise NoRightError outside every agency."""
    if user.agency_code is None:
        raise NoRightError("staff belong to an agency")
    name = user.agency_name or user.agency_code
    return Holder(user.subject, user.name, user.agency_code, name)


async def sight_of(session: AsyncSession, user: User) -> Sight:
    """Return which tills ``user`` may see: an officer their own, others all of their agency."""
    holder = holder_of(user)
    if not user.roles & SEES_AGENCY:
        return Sight(holder.id)
    agencies = await agencies_of(
        session,
        holder.agency_code,
        whole_tree=bool(user.roles & _SEES_TREE),
        today=vietnam_day(utc_now()),
    )
    return Sight(None, agencies)


@router.get(_TILLS, dependencies=[WHO_SEES])
async def show_tills(request: Request, user: SignedIn, after: UUID | None = None) -> Response:
    """Show an officer their till, and everybody the tills that they may see."""
    return await _list_page(request, user, after=after)


@router.post(f"{_TILLS}/mo", dependencies=[allow(Role.OFFICER)])
async def open_till(
    request: Request,
    user: SignedIn,
    cause: RequestCause,
    so_tien: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Open a till with its float."""
    opening_vnd = parse_vnd(so_tien)
    if opening_vnd is None:
        wrong = Wrong.NOT_AN_AMOUNT if so_tien.strip() else Wrong.NOTHING_TYPED
        return await _list_page(request, user, typed=so_tien, error=translate(WORDS[wrong]))
    try:
        async with database_of(request).transaction() as session:
            await tills.open_till(
                session, holder_of(user), opening_vnd=opening_vnd, cause=cause, now=utc_now()
            )
    except TillOpenAlreadyError:
        pass  # A double click: the page shows the one that is open.
    return RedirectResponse(_TILLS, status_code=303)


@router.get(f"{_TILLS}/{{till_id}}", dependencies=[WHO_SEES])
async def show_till(request: Request, user: SignedIn, till_id: UUID) -> Response:
    """Show one till: what went in, its count, and its hand-over."""
    return await _till_page(request, user, till_id)


@router.post(f"{_TILLS}/{{till_id}}/dong", dependencies=[allow(Role.OFFICER)])
async def close_till(
    request: Request, user: SignedIn, cause: RequestCause, till_id: UUID
) -> Response:
    """Close one's own till with what was counted; a difference needs its reason."""
    typed = await _typed(request)
    try:
        counted = read_count(_notes(typed), typed["tong"], typed["ly_do"])
        async with database_of(request).transaction() as session:
            till = await tills.lock_seen(session, till_id, Sight(user.subject))
            if till.is_open:  # A double click: closed is closed.
                await tills.close_till(session, till, counted, cause=cause, now=utc_now())
    except BadCashError as error:
        return await _till_page(request, user, till_id, typed=typed, errors=in_words(error))
    return RedirectResponse(f"{_TILLS}/{till_id}", status_code=303)


@router.post(f"{_TILLS}/{{till_id}}/nhan", dependencies=[allow(Role.ACCOUNTANT)])
async def take_over(
    request: Request, user: SignedIn, cause: RequestCause, till_id: UUID
) -> Response:
    """Confirm that the cash of a till was handed over, as the accountant counted it."""
    typed = await _typed(request)
    try:
        counted = read_count({}, typed["tong"], typed["ly_do"])
        async with database_of(request).transaction() as session:
            till = await tills.lock_seen(session, till_id, await sight_of(session, user))
            if till.handed_at is None:
                handing = Handing(holder_of(user), counted)
                await tills.hand_over(session, till, handing, cause=cause, now=utc_now())
    except BadCashError as error:
        return await _till_page(request, user, till_id, typed=typed, errors=in_words(error))
    return RedirectResponse(f"{_TILLS}/{till_id}", status_code=303)


async def _typed(request: Request) -> dict[str, str]:
    form = await request.form()
    names = ["tong", "ly_do", *(f"to_{value}" for value in DENOMINATIONS)]
    return {name: str(form.get(name, "")) for name in names}


def _notes(typed: Mapping[str, str]) -> dict[int, str]:
    return {value: typed[f"to_{value}"] for value in DENOMINATIONS}


async def _list_page(
    request: Request, user: User, *, after: UUID | None = None, typed: str = "", error: str = ""
) -> Response:
    async with database_of(request).transaction() as session:
        sight = await sight_of(session, user)
        listed, next_after = await tills.list_seen(session, sight, after=after)
        is_officer = Role.OFFICER in user.roles
        mine = await tills.find_open(session, user.subject) if is_officer else None
        waits = await waiting.waits(session, now=utc_now())
    return render(
        request,
        "tills.html",
        mine=mine,
        is_officer=is_officer,
        sees_others=sight.officer_id is None,
        tills=[till for till in listed if mine is None or till.id != mine.id],
        next_after=next_after,
        is_first=after is None,
        tags=TAGS,
        typed=typed,
        error=error,
        waits=waits,
        status=422 if error else 200,
    )


async def _till_page(
    request: Request,
    user: User,
    till_id: UUID,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response:
    async with database_of(request).transaction() as session:
        till = await tills.read_seen(session, till_id, await sight_of(session, user))
        taken = await tills.taken_into(session, till_id)
        waits = await waiting.waits(session, now=utc_now())
    return render(
        request,
        "till.html",
        till=till,
        taken=taken,
        tag=TAGS[till.status],
        denominations=DENOMINATIONS,
        may_close=till.is_open and till.officer_id == user.subject,
        may_take_over=_may_take_over(till, user),
        typed=typed or {},
        errors=errors or {},
        waits=waits,
        status=422 if errors else 200,
    )


def _may_take_over(till: Till, user: User) -> bool:
    others = till.officer_id != user.subject
    return till.waits_for_hand_over and others and Role.ACCOUNTANT in user.roles

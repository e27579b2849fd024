"""Dải số: which series give numbers; an administrator registers, opens and closes them."""

import re
from datetime import date
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import HTMLResponse, RedirectResponse, Response

from receipt.domain.errors import (
    BadSymbolsError,
    FaceValueError,
    SeriesKnownError,
    SeriesOpenError,
)
from receipt.domain.lifecycles import SeriesStatus
from receipt.domain.series import NewSeries, Registration, Series, SeriesKey, Wait
from receipt.domain.symbols import rule_on, with_ending
from receipt.pages.staff import reader_of
from receipt.use_cases import look_up
from receipt.use_cases import series as use_cases
from receipt.use_cases.series import Acting
from shared.clock import utc_now
from shared.contracts.envelope import Cause
from shared.contracts.parts import FeeKind
from shared.days import vietnam_day
from shared.web.identity import Role, SignedIn, User, allow
from shared.web.pages import render, translate
from shared.web.request import RequestCause, Transaction, database_of

router = APIRouter(include_in_schema=False)

PATH: Final = "/can-bo/bien-lai/day-so"
READS: Final = [allow(Role.ACCOUNTANT, Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR)]
_ACTS: Final = [allow(Role.ADMINISTRATOR)]

TAGS: Final = {
    SeriesStatus.REGISTERED: ("Đã đăng ký, chưa mở", "waiting"),
    SeriesStatus.OPEN: ("Đang mở", "done"),
    SeriesStatus.CLOSED: ("Đã đóng", "neutral"),
}
WAITS: Final = {
    Wait.NO_OPEN_SERIES: "Không có dải số đang mở",
    Wait.SERIES_FULL: "Dải số đã dùng hết",
}
_REFERENCE: Final = re.compile(r"[\w./-]{3,60}")
_REASON: Final = (3, 500)
_FIELDS: Final = (
    "don_vi", "loai", "mau", "chu", "nam", "so_dang_ky", "ngay_dang_ky", "reason",
)  # fmt: skip


@router.get(PATH, dependencies=READS)
async def show_all(request: Request, session: Transaction, user: SignedIn) -> HTMLResponse:
    """Show every series, what waits for a number, and whether next year's is missing."""
    agencies = await look_up.agencies_of(session, reader_of(user))
    found = await use_cases.overview(session, agencies, now=utc_now())
    return render(
        request,
        "series_list.html",
        found=found,
        tags=TAGS,
        waits=WAITS,
        path=PATH,
        may_act=Role.ADMINISTRATOR in user.roles,
    )


@router.get(f"{PATH}/dang-ky", dependencies=_ACTS)
async def show_form(request: Request, session: Transaction, user: SignedIn) -> HTMLResponse:
    """Show the form for a series that the tax authority knows of."""
    return await _form(request, session, user)


@router.post(f"{PATH}/dang-ky", dependencies=_ACTS)
async def register(request: Request, user: SignedIn, cause: RequestCause) -> Response:
    """Store a registered series; it gives no number before it is opened."""
    typed = await _typed(request)
    async with database_of(request).transaction() as session:
        collectors = await _collectors(session, user)
    wanted, errors = _wanted(typed, collectors)
    registration, wrong = _registration(typed)
    errors |= wrong
    try:
        if wanted is not None and registration is not None and not errors:
            async with database_of(request).transaction() as session:
                acting = await _acting(session, user, cause)
                series_id = await use_cases.register(session, wanted, registration, acting=acting)
            return RedirectResponse(f"{PATH}/{series_id}", status_code=303)
    except SeriesKnownError as error:
        errors["chu"] = translate(error.title)
    async with database_of(request).transaction() as session:
        return await _form(request, session, user, typed=typed, errors=errors)


@router.get(f"{PATH}/{{series_id}}", dependencies=READS)
async def show_one(
    request: Request, session: Transaction, user: SignedIn, series_id: UUID
) -> HTMLResponse:
    """Show one series: its symbols, how far it is, and what may be done with it."""
    return await _answer(request, session, user, series_id)


@router.post(f"{PATH}/{{series_id}}/mo", dependencies=_ACTS)
async def open_one(
    request: Request, user: SignedIn, cause: RequestCause, series_id: UUID
) -> Response:
    """Open a registered series; what waited for one is numbered at once."""
    try:
        async with database_of(request).transaction() as session:
            acting = await _acting(session, user, cause)
            await use_cases.open_series(session, series_id, acting=acting)
    except (SeriesOpenError, FaceValueError) as error:
        errors = {"mo": translate(error.title)}
        async with database_of(request).transaction() as session:
            return await _answer(request, session, user, series_id, errors=errors)
    return RedirectResponse(f"{PATH}/{series_id}", status_code=303)


@router.post(f"{PATH}/{{series_id}}/dong", dependencies=_ACTS)
async def close_one(
    request: Request, session: Transaction, user: SignedIn, cause: RequestCause, series_id: UUID
) -> Response:
    """Close a series, and say why; receipts that come wait for another one."""
    reason = (await _typed(request))["reason"]
    least, most = _REASON
    if not least <= len(reason) <= most:
        errors = {"reason": translate("Ghi lý do, từ 3 đến 500 ký tự.")}
        typed = {"reason": reason}
        return await _answer(request, session, user, series_id, errors=errors, typed=typed)
    acting = await _acting(session, user, cause)
    await use_cases.close_series(session, series_id, reason, acting=acting)
    return RedirectResponse(f"{PATH}/{series_id}", status_code=303)


@router.post(f"{PATH}/{{series_id}}/ghi-dang-ky", dependencies=_ACTS)
async def record_registration(
    request: Request, session: Transaction, user: SignedIn, cause: RequestCause, series_id: UUID
) -> Response:
    """Record the tax authority's acceptance of a series that the rule opened."""
    typed = await _typed(request)
    registration, errors = _registration(typed)
    if registration is None:
        return await _answer(request, session, user, series_id, errors=errors, typed=typed)
    acting = await _acting(session, user, cause)
    await use_cases.record_registration(session, series_id, registration, acting=acting)
    return RedirectResponse(f"{PATH}/{series_id}", status_code=303)


def _wanted(
    typed: dict[str, str], collectors: dict[str, Series]
) -> tuple[NewSeries | None, dict[str, str]]:
    """Return the series that was typed, and what is wrong with its fields."""
    errors: dict[str, str] = {}
    collector = collectors.get(typed["don_vi"])
    if collector is None:
        errors["don_vi"] = translate("Chọn đơn vị thu.")
    today = vietnam_day(utc_now())
    if typed["nam"] not in {str(today.year), str(today.year + 1)}:
        errors["nam"] = translate("Chỉ đăng ký dải số của năm nay hoặc năm sau.")
    if typed["loai"] not in set(FeeKind):
        errors["loai"] = translate("Chọn phí hoặc lệ phí.")
    if errors or collector is None:
        return None, errors
    kind, year = FeeKind(typed["loai"]), int(typed["nam"])
    day = date(year, 12, 31)
    try:
        symbols = with_ending(kind, day, typed["chu"].upper(), form_symbol=typed["mau"])
    except FaceValueError as error:
        return None, {"mau": translate(error.title)}
    except BadSymbolsError:
        letters = rule_on(day).letters
        words = translate("Hai chữ cái trong %(letters)s.", letters=" ".join(letters))
        return None, {"chu": words}
    key = SeriesKey(year, collector.key.tax_code, kind)
    return NewSeries(key, symbols, collector.agency_code), {}


def _registration(typed: dict[str, str]) -> tuple[Registration | None, dict[str, str]]:
    errors: dict[str, str] = {}
    if not _REFERENCE.fullmatch(typed["so_dang_ky"]):
        errors["so_dang_ky"] = translate("Ghi số của thông báo chấp nhận, từ 3 đến 60 ký tự.")
    try:
        accepted_on = date.fromisoformat(typed["ngay_dang_ky"])
    except ValueError:
        accepted_on = date.max
    if accepted_on > vietnam_day(utc_now()):
        errors["ngay_dang_ky"] = translate("Ghi ngày có thật, không sau hôm nay.")
    if errors:
        return None, errors
    return Registration(typed["so_dang_ky"], accepted_on), {}


async def _collectors(session: AsyncSession, user: User) -> dict[str, Series]:
    """Return the collectors whose series the user keeps, each by the newest of its series."""
    agencies = await look_up.agencies_of(session, reader_of(user))
    found = await use_cases.overview(session, agencies, now=utc_now())
    return {f"{each.agency_code}/{each.key.tax_code}": each for each in reversed(found.series)}


async def _acting(session: AsyncSession, user: User, cause: Cause) -> Acting:
    agencies = await look_up.agencies_of(session, reader_of(user))
    return Acting(user.subject, agencies, cause, utc_now())


async def _typed(request: Request) -> dict[str, str]:
    form = await request.form()
    return {name: str(form.get(name, "")).strip() for name in _FIELDS}


async def _form(
    request: Request,
    session: AsyncSession,
    user: User,
    **typed: Any,  # noqa: ANN401 - what a refused form brings back
) -> HTMLResponse:
    today = vietnam_day(utc_now())
    return render(
        request,
        "series_form.html",
        status=422 if typed.get("errors") else 200,
        collectors=await _collectors(session, user),
        kinds=list(FeeKind),
        forms=(*rule_on(today).forms, *rule_on(today).valued_forms),
        years=(today.year, today.year + 1),
        path=PATH,
        **{"errors": {}, "typed": {}, **typed},
    )


async def _answer(
    request: Request,
    session: AsyncSession,
    user: User,
    series_id: UUID,
    **typed: Any,  # noqa: ANN401 - what a refused form brings back
) -> HTMLResponse:
    agencies = await look_up.agencies_of(session, reader_of(user))
    found = await use_cases.show_series(session, series_id, agencies)
    is_administrator = Role.ADMINISTRATOR in user.roles
    return render(
        request,
        "series.html",
        status=422 if typed.get("errors") else 200,
        series=found,
        tag_words=TAGS[found.status],
        path=PATH,
        may_open=is_administrator and found.status is SeriesStatus.REGISTERED,
        may_close=is_administrator and found.status is not SeriesStatus.CLOSED,
        may_record=is_administrator and found.is_unregistered,
        **{"errors": {}, "typed": {}, **typed},
    )

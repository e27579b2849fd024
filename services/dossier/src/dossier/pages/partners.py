"""*Đối tác*: what the province was told, what it answered, and the days of both sides (J12)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse

from dossier.adapters.province import facts
from dossier.domain.partner import PROVINCE, FactState
from dossier.pages import words
from dossier.use_cases import days, partners
from dossier.use_cases.days import Asked
from dossier.use_cases.partners import Day, DayState
from shared.clock import utc_now
from shared.contracts.parts import DayTotals
from shared.web.identity import Role, SignedIn, allow
from shared.web.pages import for_display, render, translate
from shared.web.request import RequestCause, Transaction, database_of

router: Final = APIRouter(include_in_schema=False)

_PAGE: Final = "/van-hanh/doi-tac"
_READERS: Final = (Role.OPERATOR, Role.AUDITOR)
_LISTED: Final = 50


async def _asked(user: SignedIn, cause: RequestCause) -> Asked:
    return Asked(user.subject, "", cause, utc_now())


Operator = Annotated[Asked, Depends(_asked)]
Reason = Annotated[str, Form(min_length=3, max_length=500)]


@router.get(_PAGE, dependencies=[allow(*_READERS)])
async def show_partners(request: Request, session: Transaction, user: SignedIn) -> HTMLResponse:
    """Show what waits for the province, what it refused, and each day on both sides."""
    now = utc_now()
    shown = await partners.show_partner(session, PROVINCE, now=now)
    return render(
        request,
        "partners.html",
        standing=shown.standing,
        unanswered=_lines(shown.unanswered),
        refused=_lines(shown.refused),
        days=[_day_line(day) for day in shown.days],
        may_act=Role.OPERATOR in user.roles,
        now=now,
    )


@router.post(_PAGE + "/tin/{fact_id}/gui-lai", dependencies=[allow(Role.OPERATOR)])
async def send_fact_again(
    session: Transaction, asked: Operator, fact_id: UUID, reason: Reason
) -> RedirectResponse:
    """Send one fact again."""
    await days.send_fact_again(session, fact_id, asked=replace(asked, reason=reason))
    return RedirectResponse(_PAGE, status_code=303)


@router.get(_PAGE + "/{partner}/{day_on}", dependencies=[allow(*_READERS)])
async def show_day(
    request: Request, session: Transaction, user: SignedIn, partner: str, day_on: date
) -> HTMLResponse:
    """Show a day beside the province's, and what is missing on either side."""
    shown = await partners.show_day(session, partner, day_on, limit=_LISTED)
    run = shown.day.run
    return render(
        request,
        "partner_day.html",
        day=_day_line(shown.day),
        address=f"{_PAGE}/{partner}/{day_on}",
        rows=_rows(shown.day),
        run=run,
        here=shown.missing_here,
        here_count=shown.here_count,
        there=_lines(shown.missing_there),
        there_count=shown.there_count,
        lacking=shown.lacking_dossiers,
        to_send=shown.day.to_send,
        may_act=Role.OPERATOR in user.roles,
        now=utc_now(),
    )


@router.post(_PAGE + "/{partner}/{day_on}/so-sanh", dependencies=[allow(Role.OPERATOR)])
async def compare(
    session: Transaction, asked: Operator, partner: str, day_on: date
) -> RedirectResponse:
    """Compare the day now; the page shows the new run."""
    partners.known_partner(partner)
    await days.compare_day(session, day_on, facts.send_again, asked=asked)
    return RedirectResponse(f"{_PAGE}/{partner}/{day_on}", status_code=303)


@router.post(_PAGE + "/{partner}/{day_on}/gui-lai", dependencies=[allow(Role.OPERATOR)])
async def send_missing_again(
    request: Request, asked: Operator, partner: str, day_on: date, reason: Reason
) -> RedirectResponse:
    """Send exactly the missing facts again, a few hundred per transaction."""
    partners.known_partner(partner)
    left = 1
    while left:
        async with database_of(request).transaction() as session:
            _, left = await days.send_missing_again(
                session, day_on, asked=replace(asked, reason=reason, now=utc_now())
            )
    return RedirectResponse(f"{_PAGE}/{partner}/{day_on}", status_code=303)


def _lines(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return facts in the words of the page."""
    return [
        {
            "id": row.id,
            "fact": words.fact_word(row.fact_type),
            "dossier_code": row.dossier_code,
            "amount_vnd": row.amount_vnd,
            "tag": _fact_tag(row.state),
            "reason": row.reason_text or words.reason_word(row.reason_code),
            "at": row.last_sent_at,
            "sends": row.sends,
        }
        for row in rows
    ]


def _fact_tag(state: FactState) -> words.Tag:
    tags = {
        FactState.SENT: (translate("chờ xác nhận"), "waiting"),
        FactState.LATE: (translate("quá 15 phút"), "waiting"),
        FactState.ESCALATED: (translate("quá 24 giờ"), "wrong"),
        FactState.ACKNOWLEDGED: (translate("đã xác nhận"), "done"),
        FactState.REFUSED: (translate("báo lỗi"), "wrong"),
    }
    return tags[state]


def _day_line(day: Day) -> dict[str, Any]:
    """Return one day in the words of the page."""
    run = day.run
    return {
        "day_on": day.day_on,
        "title": for_display(day.day_on),
        "href": f"{_PAGE}/{PROVINCE}/{day.day_on}",
        "ours": _ours(day),
        "theirs": None if run is None else DayTotals.model_validate(run.theirs),
        "tag": _day_tag(day.state),
        "missing_here": 0 if run is None else len(run.missing_here),
        "missing_there": 0 if run is None else len(run.missing_facts),
        "is_stated": day.state is not DayState.NOT_STATED,
    }


def _ours(day: Day) -> DayTotals:
    return day.ours if day.run is None else DayTotals.model_validate(day.run.ours)


def _day_tag(state: DayState) -> words.Tag:
    tags = {
        DayState.NOT_STATED: (translate("tỉnh chưa gửi tổng hợp"), "neutral"),
        DayState.NOT_COMPARED: (translate("sắp so sánh"), "waiting"),
        DayState.MISSING: (translate("thiếu"), "wrong"),
        DayState.WAITING: (translate("chờ xác nhận"), "waiting"),
        DayState.DIFFERENT: (translate("chờ tỉnh tổng hợp lại"), "waiting"),
        DayState.WHOLE: (translate("khớp"), "done"),
    }
    return tags[state]


def _rows(day: Day) -> list[dict[str, Any]]:
    """Return the counts and sums of both sides, line by line."""
    ours, run = _ours(day), day.run
    theirs = None if run is None else DayTotals.model_validate(run.theirs)
    names = {
        "dossier_count": translate("Hồ sơ"),
        "paid_count": translate("Lần đã thu"),
        "paid_vnd": translate("Số tiền đã thu"),
    }
    return [
        {
            "label": label,
            "ours": getattr(ours, name),
            "theirs": None if theirs is None else getattr(theirs, name),
            "is_money": name == "paid_vnd",
        }
        for name, label in names.items()
    ]

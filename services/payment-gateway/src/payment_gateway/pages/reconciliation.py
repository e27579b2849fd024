"""Đối soát: each day as it closed, what differs, and what an accountant does about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import UploadFile
from starlette.responses import HTMLResponse, RedirectResponse, Response

from payment_gateway.adapters.browser import Configured
from payment_gateway.adapters.settlements.files import RECONCILE, handed_in, owners_of
from payment_gateway.adapters.settlements.reading import MAX_BYTES
from payment_gateway.domain.errors import ChannelNotReconciledError, DayNotOverError
from payment_gateway.domain.statements import FileFault
from payment_gateway.pages.channel_words import CHANNELS
from payment_gateway.pages.reconciliation_words import (
    ACTS,
    FILE_FAULTS,
    KINDS,
    ROW_FAULTS,
)
from payment_gateway.settings import Settings
from payment_gateway.use_cases import days, reconciling, statements
from payment_gateway.use_cases.days import Acting, ReconciledDay
from payment_gateway.use_cases.reconciling import WITHOUT_FILE, Wanted
from payment_gateway.views.agencies import agencies_of
from payment_gateway.views.receipts import count_receipted
from shared.clock import utc_now
from shared.contracts.parts import PaymentChannel
from shared.days import vietnam_day
from shared.web.identity import NoRightError, Role, SignedIn, User, allow
from shared.web.pages import render, translate
from shared.web.request import (
    RequestCause,
    Transaction,
    body_limit,
    cause_of,
    database_of,
    run_now,
)
from shared.web.sheets import sheet_of

router = APIRouter(include_in_schema=False)

PATH: Final = "/can-bo/doi-soat"
_READS: Final = allow(Role.ACCOUNTANT, Role.SUPERVISOR, Role.AUDITOR)
_WRITES: Final = allow(Role.ACCOUNTANT)
_SEES_TREE: Final = {Role.SUPERVISOR, Role.AUDITOR}
_FILE: Final = body_limit(MAX_BYTES + 65_536)
_WAIT_SECONDS: Final = 8.0
Reason = Annotated[str, Form(min_length=3, max_length=500)]


@dataclass(frozen=True)
class Looking:
    """Who looks, and whose the merchant accounts are."""

    user: User
    settings: Settings


async def _looking(user: SignedIn, settings: Configured) -> Looking:
    return Looking(user, settings)


Looker = Annotated[Looking, Depends(_looking)]
"""Who looks, in a route."""


@router.get(PATH, dependencies=[_READS])
async def show_days(
    request: Request,
    session: Transaction,
    looker: Looker,
    before: date | None = None,
    day: Annotated[date | None, Query(alias="ngay")] = None,
) -> Response:
    """List the days that closed; ``?ngay=`` leads to one of them."""
    if day is not None:
        return RedirectResponse(_url(day), status_code=303)
    found = await days.list_days(session, await _agencies(session, looker.user), before=before)
    return render(
        request, "days.html", days=found, is_first=before is None,
        today=vietnam_day(utc_now()), next_before=found[-1].day_on if len(found) > 30 else None,  # noqa: PLR2004 - a page
    )  # fmt: skip


@router.get(f"{PATH}/{{day_on}}", dependencies=[_READS])
async def show_day(
    request: Request,
    session: Transaction,
    looker: Looker,
    day_on: date,
    fault: FileFault | None = None,
) -> HTMLResponse:
    """Show one day: both sides of each channel, what differs, and the files."""
    found = await _day(session, looker, day_on)
    return render(
        request,
        "day.html",
        day=found,
        day_on=day_on,
        before=day_on - timedelta(days=1),
        after=day_on + timedelta(days=1) if day_on < vietnam_day(utc_now()) else None,
        receipted=await count_receipted(session, found.settled.keys()),
        may_act=Role.ACCOUNTANT in looker.user.roles,
        owned=[each for each in await _owned(session, looker) if each not in WITHOUT_FILE],
        fault=fault,
        channels=CHANNELS,
        kinds=KINDS,
        acts=ACTS,
        file_faults=FILE_FAULTS,
        row_faults=ROW_FAULTS,
    )


@router.get(f"{PATH}/{{day_on}}/chenh-lech.csv", dependencies=[_READS])
async def export(session: Transaction, looker: Looker, day_on: date) -> Response:
    """Return a day's differences as CSV; no cell of it is run by a spreadsheet."""
    found = await _day(session, looker, day_on)
    return sheet_of(f"doi-soat-{day_on}.csv", _exported(found))


@router.post(f"{PATH}/{{day_on}}/chay", dependencies=[_WRITES])
async def run_again(request: Request, looker: Looker, day_on: date) -> RedirectResponse:
    """Fetch the files of the agency's channels again and compare anew; nothing is done twice."""
    await _run(request, looker, day_on)
    return RedirectResponse(_url(day_on), status_code=303)


@router.post(f"{PATH}/{{day_on}}/tep", dependencies=[_WRITES, _FILE])
async def hand_in(request: Request, looker: Looker, day_on: date) -> RedirectResponse:
    """Take in a file that the accountant has from the channel; compare with it at once."""
    async with request.form() as form:
        upload, code = form.get("file"), str(form.get("channel", ""))
        raw = await upload.read() if isinstance(upload, UploadFile) else b""
    async with database_of(request).transaction() as session:
        owned = await _owned(session, looker)
        channel = next((each for each in owned if each == code), None)
        if channel is None or channel in WITHOUT_FILE or not raw:
            raise ChannelNotReconciledError("no such channel, or no file")
        came = handed_in(channel, day_on, raw, by=looker.user.subject)
        fault = await statements.keep_file(session, came, now=utc_now())
    if fault is not None:
        return RedirectResponse(f"{_url(day_on)}?fault={fault.value}#tep", status_code=303)
    await _run(request, looker, day_on, only=channel)
    return RedirectResponse(_url(day_on), status_code=303)


@router.post(f"{PATH}/chenh-lech/{{difference_id}}/giai-thich", dependencies=[_WRITES])
async def explain(
    session: Transaction, looker: Looker, cause: RequestCause, difference_id: UUID, reason: Reason
) -> RedirectResponse:
    """Store why a difference is as it is."""
    acting = Acting(looker.user.subject, frozenset(await _agencies(session, looker.user)), cause)
    row = await days.explain(session, difference_id, reason, acting=acting, now=utc_now())
    return RedirectResponse(f"{_url(row.day_on)}#chenh-lech", status_code=303)


@router.post(f"{PATH}/chenh-lech/{{difference_id}}/ghi-nhan", dependencies=[_WRITES])
async def record(request: Request, looker: Looker, difference_id: UUID) -> RedirectResponse:
    """Take in the money of a line that nobody knows, as money without an owner."""
    async with database_of(request).transaction() as session:
        agencies = frozenset(await _agencies(session, looker.user))
        acting = Acting(looker.user.subject, agencies, cause_of(request))
        row = await days.record(session, difference_id, acting=acting, now=utc_now())
        day_on, channel = row.day_on, row.channel
    await _run(request, looker, day_on, only=channel, fetches=False)
    return RedirectResponse(f"{_url(day_on)}#chenh-lech", status_code=303)


async def _run(
    request: Request,
    looker: Looking,
    day_on: date,
    *,
    only: PaymentChannel | None = None,
    fetches: bool = True,
) -> None:
    """Store the runs that a person asks for, and have them done while they wait."""
    now = utc_now()
    if day_on > vietnam_day(now):
        raise DayNotOverError("a day that has not begun")
    async with database_of(request).transaction() as session:
        owned = await _owned(session, looker)
        wanted = [each for each in owned if only in {None, each}]
        ids = [
            await reconciling.request_run(
                session,
                Wanted(each, day_on, looker.user.subject, fetches and only is None),
                cause=cause_of(request),
                now=now,
            )
            for each in wanted
        ]
    for run_id in ids:
        await run_now(request, RECONCILE, run_id, _WAIT_SECONDS)


async def _day(session: AsyncSession, looker: Looking, day_on: date) -> ReconciledDay:
    owns = frozenset(await _owned(session, looker))
    return await days.show_day(session, await _agencies(session, looker.user), day_on, owns=owns)


async def _owned(session: AsyncSession, looker: Looking) -> Sequence[PaymentChannel]:
    """Return the channels whose merchant accounts the user's agencies own."""
    agencies = await _agencies(session, looker.user)
    return [each for each, owner in owners_of(looker.settings).items() if owner in agencies]


async def _agencies(session: AsyncSession, user: User) -> Sequence[str]:
    if user.agency_code is None:
        raise NoRightError("staff belong to an agency")
    tree = bool(user.roles & _SEES_TREE)
    today = vietnam_day(utc_now())
    return await agencies_of(session, user.agency_code, whole_tree=tree, today=today)


def _url(day_on: date) -> str:
    return f"{PATH}/{day_on.isoformat()}"


def _exported(found: ReconciledDay) -> Iterable[Sequence[object]]:
    yield [
        translate(title)
        for title in (
            "Kênh", "Loại", "Mã giao dịch", "Hồ sơ", "Bên ta", "Bên kia", "Số tiền liên quan",
            "Đề nghị", "Đã giải thích",
        )
    ]  # fmt: skip
    for each in found.differences:
        yield [
            translate(CHANNELS[each.channel]), translate(KINDS[each.kind]),
            each.channel_reference, each.dossier_code, each.ours_vnd, each.theirs_vnd,
            each.at_stake_vnd, translate(ACTS[each.act]), each.explanation,
        ]  # fmt: skip
    for till in found.tills:
        for difference_vnd, ours_vnd, theirs_vnd, note in till.counts_apart:
            yield [
                translate(CHANNELS[PaymentChannel.CASH]), translate("Quỹ lệch"), till.short_name,
                None, ours_vnd, theirs_vnd, abs(difference_vnd), None, note,
            ]  # fmt: skip

"""*Hôm nay* and *Tra cứu hồ sơ toàn cơ quan*."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dossier.domain.search import MAX_TYPED, Search, parse_search
from dossier.pages import words
from dossier.pages.access import STAFF_ONLY, sees_people, visible_to
from dossier.pages.board import BoardQuery, lines_to_show
from dossier.use_cases import look
from dossier.use_cases.waiting import waits as waits_of
from dossier.views import lines, search
from dossier.views.board import BoardRow
from dossier.views.lines import Asked, Filter
from shared.clock import utc_now
from shared.web.identity import SignedIn, User
from shared.web.pages import render, translate
from shared.web.request import Transaction

router: Final = APIRouter()

_ON_TODAY: Final = 8
"""Lines of each short list on *Hôm nay*."""


@router.get("/can-bo", dependencies=[STAFF_ONLY])
async def show_today(request: Request, session: Transaction, user: SignedIn) -> HTMLResponse:
    """Show what is due, what was paid today, and what waits."""
    agencies = await visible_to(session, user)
    now = utc_now()
    today = await search.figures_of(session, agencies, now=now)
    short = [
        Asked(agencies=agencies, limit=_ON_TODAY, show=show)
        for show in (Filter.UNPAID, Filter.PAID, Filter.WAITING)
    ]
    found = [(await lines.find_lines(session, asked))[:_ON_TODAY] for asked in short]
    owners = await _owners(session, user, [line for some in found for line in some])
    due, paid, waiting = [lines_to_show(some, owners) for some in found]
    waits = await waits_of(session, agencies, now=now)
    return render(
        request,
        "today.html",
        today=today,
        now=now,
        due=due,
        paid=paid,
        waiting=waiting,
        waits=waits,
    )


@router.get("/can-bo/ho-so", dependencies=[STAFF_ONLY])
async def show_board(
    request: Request,
    session: Transaction,
    user: SignedIn,
    wanted: Annotated[BoardQuery, Query()],
) -> Response:
    """Show the dossiers of the agency; the only hit of a search opens at once."""
    parsed = _searchable(parse_search(wanted.tim[:MAX_TYPED]), user)
    found = await lines.find_lines(session, wanted.asked(await visible_to(session, user), parsed))
    if parsed is not None and wanted.opens_only_hit and len(found) == 1:
        return RedirectResponse(f"/can-bo/ho-so/{found[0].dossier_code}", status_code=303)
    shown = found[: wanted.limit]
    return render(
        request,
        "board.html",
        wanted=wanted,
        lines=lines_to_show(shown, await _owners(session, user, shown)),
        filters=_filters(wanted),
        open_filter=wanted.filtered(wanted.loc),
        statuses=[("", translate("Mọi trạng thái")), *words.statuses()],
        procedures=await _procedures(session),
        empty_hint=_empty_hint(wanted),
        next_url=wanted.behind(shown[-1]) if len(found) > wanted.limit else None,
        first_url=wanted.first() if wanted.after else None,
    )


def _searchable(parsed: Search | None, user: User) -> Search | None:
    """Leave the people out of a search by someone who may not see them."""
    if parsed is None or sees_people(user):
        return parsed
    return replace(parsed, people=None)


async def _procedures(session: AsyncSession) -> list[tuple[str, str]]:
    known = await look.procedures(session)
    return [("", translate("Mọi thủ tục")), *((each.procedure_code, each.name) for each in known)]


async def _owners(
    session: AsyncSession, user: User, shown: Sequence[BoardRow]
) -> Mapping[str, str]:
    if not sees_people(user):
        return {}
    return await look.owner_names(session, [line.dossier_code for line in shown])


def _filters(wanted: BoardQuery) -> list[tuple[str, str]]:
    return [
        (translate("Tất cả"), wanted.filtered(Filter.ALL)),
        (translate("Chờ thanh toán"), wanted.filtered(Filter.UNPAID)),
        (translate("Đã thanh toán"), wanted.filtered(Filter.PAID)),
        (translate("Chưa có biểu phí"), wanted.filtered(Filter.WAITING)),
        (translate("Tỉnh báo lỗi"), wanted.filtered(Filter.REFUSED)),
    ]


def _empty_hint(wanted: BoardQuery) -> str:
    if wanted.is_narrowed or wanted.loc is not Filter.ALL:
        return translate("Thử bỏ bớt điều kiện lọc; hồ sơ có thể ở trạng thái hoặc ngày khác.")
    if wanted.tim:
        return translate("Kiểm tra lại số trên giấy tiếp nhận, hoặc tìm bằng họ tên, điện thoại.")
    return translate("Hồ sơ do cơ quan tiếp nhận hoặc thu phí sẽ hiện ở đây.")

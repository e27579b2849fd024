"""One dossier for staff: tabs *Thông tin*, *Lệ phí*, *Nhật ký*, and their live state."""

from enum import StrEnum
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from dossier.pages import words
from dossier.pages.access import STAFF_ONLY, sees_people, visible_to
from dossier.pages.diary import milestones, whole_diary
from dossier.pages.facts import fact_rows, people_rows, refusals_to_show
from dossier.pages.fees import fees_to_show, receipts_to_show
from dossier.use_cases import look
from dossier.use_cases.look import Shown
from dossier.views import search
from dossier.views.search import Folded
from dossier.views.standing import Standing, standing_of
from shared.clock import utc_now
from shared.dossier_code import parse_dossier_code
from shared.web.identity import SignedIn, User
from shared.web.live import event_stream, is_refetched
from shared.web.pages import render, translate
from shared.web.request import Transaction, database_of

router: Final = APIRouter()


class Tab(StrEnum):
    """Which part of a dossier is shown."""

    FACTS = "thong-tin"
    FEES = "le-phi"
    RECEIPTS = "bien-lai"
    """The receipts, on tab *Lệ phí*."""
    DIARY = "nhat-ky"


_TEMPLATES: Final = {
    Tab.FACTS: "dossier_facts.html",
    Tab.FEES: "dossier_fees.html",
    Tab.RECEIPTS: "dossier_receipts.html",
    Tab.DIARY: "dossier_diary.html",
}


@router.get("/can-bo/ho-so/{dossier_code}", dependencies=[STAFF_ONLY])
async def show_dossier(
    request: Request,
    session: Transaction,
    user: SignedIn,
    dossier_code: str,
    tab: Tab = Tab.FACTS,
) -> Response:
    """Show a dossier of one's agency; any other answers like a missing one."""
    stored = parse_dossier_code(dossier_code)
    if stored != dossier_code:
        return RedirectResponse(_address(stored, tab), status_code=303)
    visible = await visible_to(session, user)
    shown = await look.show_dossier(session, stored, visible=visible)
    if tab is Tab.FACTS and shown.party and sees_people(user) and not is_refetched(request):
        await look.note_people_shown(
            session, stored, act="party.view", by=user.subject, now=utc_now()
        )
    folded = await search.folded_of(session, stored)
    head = _head(shown, folded, tab, user)
    return render(request, _TEMPLATES[tab], **head, **_body(shown, folded, tab, user))


@router.get("/can-bo/ho-so/{dossier_code}/events", dependencies=[STAFF_ONLY])
async def follow_dossier(request: Request, user: SignedIn, dossier_code: str) -> Response:
    """Say ``status`` whenever another fact of the dossier was folded."""
    database = database_of(request)
    stored = parse_dossier_code(dossier_code)
    async with database.transaction() as session:
        visible = await visible_to(session, user)
        await look.find_visible(session, stored, visible=visible)

    async def count_facts() -> str:
        async with database.transaction() as session:
            return str(await search.count_facts(session, stored))

    return event_stream(request, stored, count_facts)


def _address(dossier_code: str, tab: Tab | None = None) -> str:
    address = f"/can-bo/ho-so/{dossier_code}"
    return address if tab is None else f"{address}?tab={tab.value}"


def _head(shown: Shown, folded: Folded, tab: Tab, user: User) -> dict[str, Any]:
    """Return what stands above the tabs."""
    code = shown.dossier.dossier_code
    standing = Standing.AWAITING_FEE if folded.line is None else standing_of(folded.line)
    open_tab = Tab.FEES if tab is Tab.RECEIPTS else tab
    return {
        "dossier": shown.dossier,
        "standing": words.standing_tag(standing),
        "status_word": words.status_word(shown.dossier.status),
        "may_pay": standing is Standing.DUE,
        "refusals": refusals_to_show(shown, with_words=sees_people(user)),
        "tabs": [
            (translate("Thông tin"), _address(code, Tab.FACTS)),
            (translate("Lệ phí"), _address(code, Tab.FEES)),
            (translate("Nhật ký"), _address(code, Tab.DIARY)),
        ],
        "open_tab": _address(code, open_tab),
        "here": _address(code, tab),
    }


def _body(shown: Shown, folded: Folded, tab: Tab, user: User) -> dict[str, Any]:
    """Return what the open tab shows."""
    now = utc_now()
    code = shown.dossier.dossier_code
    if tab is Tab.FACTS:
        sees = sees_people(user)
        return {
            "facts": fact_rows(shown),
            "people": people_rows(shown.party) if sees else None,
            "slip_url": f"{_address(code)}/giay-tiep-nhan.pdf" if sees else None,
        }
    if tab is Tab.DIARY:
        return {"diary": whole_diary(folded, now=now)}
    return {
        "fees": fees_to_show(folded),
        "receipts": receipts_to_show(folded),
        "milestones": milestones(folded, now=now),
        "fees_url": _address(code, Tab.FEES),
        "receipts_url": _address(code, Tab.RECEIPTS),
    }

"""Giấy tiếp nhận hồ sơ và hẹn trả kết quả (mẫu 01): the reception slip, printed from the detail."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from dossier.adapters.paper.page import (
    barcode_picture,
    day_on_paper,
    instant_on_paper,
    qr_picture,
)
from dossier.pages import words
from dossier.pages.access import WITH_PEOPLE, visible_to
from dossier.pages.facts import masked
from dossier.pages.fees import fees_to_show
from dossier.use_cases import look
from dossier.use_cases.look import Shown
from dossier.views import search
from dossier.views.search import Folded
from shared.clock import utc_now
from shared.contracts.party import Person
from shared.dossier_code import parse_dossier_code
from shared.web.identity import SignedIn, allow
from shared.web.language import VIETNAMESE, use_language
from shared.web.pages import amount, render_text
from shared.web.request import database_of

Print = Callable[[str], Awaitable[bytes]]
"""Makes a PDF of HTML; ``main.py`` gives the printer and the style."""


def slip_router(print_page: Print, *, public_url: str) -> APIRouter:
    """Return the door to the slip; its QR leads to the public page of the dossier."""
    router = APIRouter()

    @router.get(
        "/can-bo/ho-so/{dossier_code}/giay-tiep-nhan.pdf",
        dependencies=[allow(*sorted(WITH_PEOPLE))],
        response_class=Response,
    )
    async def show_slip(request: Request, user: SignedIn, dossier_code: str) -> Response:
        """Print the slip of a dossier of one's agency, to be viewed in the browser."""
        stored = parse_dossier_code(dossier_code)
        async with database_of(request).transaction() as session:
            visible = await visible_to(session, user)
            shown = await look.show_dossier(session, stored, visible=visible)
            agency = await look.find_agency(session, shown.dossier.receiving_agency)
            folded = await search.folded_of(session, stored)
            await look.note_people_shown(
                session, stored, act="slip.print", by=user.subject, now=utc_now()
            )
        use_language(VIETNAMESE)
        link = f"{public_url}/thanh-toan/{stored}"
        html = render_text(
            "dossier", "paper/slip.html", slip=_slip(shown, folded), agency=agency, link=link,
            barcode=barcode_picture(stored), qr=qr_picture(link),
        )  # fmt: skip
        content = await print_page(html)
        headers = {
            "Content-Disposition": f'inline; filename="giay-tiep-nhan-{stored}.pdf"',
            "Cache-Control": "private, no-store",
        }
        return Response(content, media_type="application/pdf", headers=headers)

    return router


@dataclass(frozen=True)
class Slip:
    """What the paper says; its labels are the template's, in Vietnamese only."""

    dossier_code: str
    agency_name: str
    procedure_name: str
    timing: str
    payer: Person | None
    """None after redaction."""
    owner: Person | None
    id_number: str | None
    day: str
    received_at: str
    due_at: str | None
    fees: list[tuple[str, str, str]]
    """Name, note and amount of each fee."""
    total: str | None
    """None while no amount can be said."""


def _slip(shown: Shown, folded: Folded) -> Slip:
    dossier, party = shown.dossier, shown.party
    table = fees_to_show(folded)
    is_known = bool(table.lines) and folded.line is not None and not folded.line.is_pending
    return Slip(
        dossier_code=dossier.dossier_code,
        agency_name=dossier.receiving_agency_name,
        procedure_name=dossier.procedure_name,
        timing=words.timing_word(dossier.payment_timing),
        payer=None if party is None else party.payer,
        owner=None if party is None else party.owner,
        id_number=None if party is None else masked(party.payer.id_number),
        day=day_on_paper(dossier.submitted_at),
        received_at=instant_on_paper(dossier.submitted_at),
        due_at=None if dossier.due_at is None else instant_on_paper(dossier.due_at),
        fees=[(fee.name, fee.note, amount(fee.amount_vnd)) for fee in table.lines],
        total=amount(table.total_vnd) if is_known else None,
    )

"""Biên lai for staff: what their agency issued, its series, and each file in the browser."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import HTMLResponse, Response

from receipt.adapters.file_store.answers import FileKind, file_answer
from receipt.adapters.file_store.chosen import store_of
from receipt.domain.receipt import Receipt
from receipt.settings import Settings
from receipt.use_cases import certificates, look_up, requests
from receipt.use_cases.file_backlog import show_backlog
from receipt.use_cases.look_up import Reader
from receipt.use_cases.series import overview
from shared.clock import utc_now
from shared.web.identity import Role, SignedIn, User, allow
from shared.web.pages import render
from shared.web.request import Transaction, settings_of

Configured = Annotated[Settings, Depends(settings_of(Settings))]

PAGE_SIZE: Final = 50
MAX_PAGE_SIZE: Final = 200
_WHOLE_TREE: Final = frozenset({Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR})
"""Who may see, or keep, the agencies below their own too (product: The people)."""

REASONS: Final = {
    "pdf-not-made": "Không in được tệp",
    "signer-unavailable": "Không ký được tệp",
    "signer-unusable": "Không ký được tệp",
    "timestamp-unavailable": "Chưa lấy được dấu thời gian cho chữ ký",
    "other": "Lỗi khác",
}
"""Why files fail, for people."""

router = APIRouter(include_in_schema=False)


@router.get(
    "/can-bo/bien-lai", dependencies=[allow(Role.ACCOUNTANT, Role.SUPERVISOR, Role.AUDITOR)]
)
async def list_receipts(
    request: Request,
    session: Transaction,
    user: SignedIn,
    after: Annotated[UUID | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE_SIZE)] = PAGE_SIZE,
) -> HTMLResponse:
    """Show what the agency issued, newest first, and how far its series have come."""
    agencies = await look_up.agencies_of(session, reader_of(user))
    found = await look_up.list_issued(session, agencies, after=after, limit=limit + 1)
    numbers = await overview(session, agencies, now=utc_now())
    watched = await certificates.watch(session, agencies, now=utc_now())
    last = found[limit - 1].receipt_id if found[limit:] else None
    return render(
        request,
        "issued.html",
        receipts=found[:limit],
        numbers=numbers,
        backlog=await show_backlog(session, agencies, now=utc_now()),
        reasons=REASONS,
        certificates=[each for each in watched if each.is_worth_saying],
        waiting=await requests.list_open(session, frozenset(agencies)),
        next_url=f"/can-bo/bien-lai?after={last}&limit={limit}" if last else None,
        first_url="/can-bo/bien-lai" if after is not None else None,
    )


@router.get(
    "/can-bo/bien-lai/{receipt_id}/pdf",
    dependencies=[allow(Role.OFFICER, Role.ACCOUNTANT, Role.SUPERVISOR, Role.AUDITOR)],
    response_model=None,
)
async def view_pdf(
    request: Request,
    session: Transaction,
    settings: Configured,
    user: SignedIn,
    receipt_id: UUID,
) -> Response:
    """Show the PDF in the browser (*Xem biên lai*); a page that waits while it is being made."""
    receipt = await look_up.show_to_staff(session, receipt_id, reader_of(user))
    return await _file(request, session, settings, receipt, "pdf")


@router.get(
    "/can-bo/bien-lai/{receipt_id}/xml",
    dependencies=[allow(Role.OFFICER, Role.ACCOUNTANT, Role.SUPERVISOR, Role.AUDITOR)],
    response_model=None,
)
async def view_xml(
    request: Request,
    session: Transaction,
    settings: Configured,
    user: SignedIn,
    receipt_id: UUID,
) -> Response:
    """Show the signed XML, as the PDF is shown; receipts of the first template have none."""
    receipt = await look_up.show_to_staff(session, receipt_id, reader_of(user))
    return await _file(request, session, settings, receipt, "xml")


async def _file(
    request: Request, session: AsyncSession, settings: Settings, receipt: Receipt, kind: FileKind
) -> Response:
    if receipt.file.is_stored:
        return await file_answer(store_of(settings), receipt, kind)
    await look_up.ask_for_file(session, receipt.receipt_id, now=utc_now())
    return render(request, "being_made.html", status=202, fact=receipt.fact)


def reader_of(user: User) -> Reader:
    """Return ``user`` as one who reads: a supervisor and an auditor the whole tree."""
    return Reader(user.subject, user.agency_code, bool(user.roles & _WHOLE_TREE), utc_now())

"""One receipt for staff: what is printed, its file, what became of it, and how to correct it."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from receipt.adapters.file_store.answers import stored_pdf
from receipt.adapters.file_store.chosen import store_of
from receipt.domain.lifecycles import LIFECYCLE, ReceiptTrigger
from receipt.domain.paper import METHODS, money_in_words
from receipt.pages.frame import PATH, READS, acting_of
from receipt.pages.staff import Configured, reader_of
from receipt.use_cases import look_up, noticing, refunds, requests
from shared.web.identity import Role, SignedIn
from shared.web.pages import render
from shared.web.request import RequestCause, Transaction

router = APIRouter(include_in_schema=False)


@router.get(f"{PATH}/{{receipt_id}}", dependencies=READS)
async def show_receipt(
    request: Request, session: Transaction, user: SignedIn, cause: RequestCause, receipt_id: UUID
) -> HTMLResponse:
    """Show one receipt with all that is known of it; that it was seen is recorded."""
    receipt = await look_up.show_to_staff(session, receipt_id, reader_of(user))
    acting = await acting_of(session, user, cause)
    of_collector = receipt.collector_code in (acting.by.agencies or ())
    waiting = await requests.waiting_of(session, receipt_id)
    is_in_force = LIFECYCLE.allows(receipt.status, ReceiptTrigger.SUCCEEDED)
    return render(
        request,
        "detail.html",
        receipt=receipt,
        fact=receipt.fact,
        payer=receipt.payer,
        method=METHODS[receipt.fact.method],
        monies=[money_in_words(money) for money in receipt.fact.monies],
        marks=await refunds.list_of_receipt(session, receipt_id),
        notices=await noticing.list_of_receipt(session, receipt_id),
        waiting=waiting,
        path=PATH,
        may_correct=of_collector and is_in_force and Role.ACCOUNTANT in user.roles,
    )


@router.get(f"{PATH}/thong-bao/{{notice_id}}/pdf", dependencies=READS, response_model=None)
async def view_notice(
    request: Request,
    session: Transaction,
    settings: Configured,
    user: SignedIn,
    notice_id: UUID,
) -> Response:
    """Show the paper of a notice 04/SS-CTĐT in the browser."""
    notice = await noticing.find(session, notice_id, None)
    await look_up.show_to_staff(session, notice.receipt.receipt_id, reader_of(user))
    if not notice.is_stored:
        return render(request, "notice_being_made.html", status=202, notice=notice)
    return await stored_pdf(store_of(settings), notice)

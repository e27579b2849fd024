"""Thu tiền: what came in, and what is still due of dossiers that ended."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from payment_gateway.domain.payables import PUBLIC
from payment_gateway.pages.money_frame import READERS, agencies_for
from payment_gateway.pages.payable import TAGS
from payment_gateway.use_cases import takings
from payment_gateway.views.dossiers import debts_of_closed
from shared.web.identity import SignedIn, allow
from shared.web.pages import render
from shared.web.request import Transaction

router = APIRouter(dependencies=[allow(*READERS)], include_in_schema=False)

_DEBTS: Final = 50


@router.get("/can-bo/thu-tien")
async def show_takings(
    request: Request, session: Transaction, user: SignedIn, after: UUID | None = None
) -> Response:
    """Show what came in for the user's agency, and what is still due of dossiers that ended."""
    agencies = await agencies_for(session, user)
    first = after is None
    return render(
        request,
        "takings.html",
        takings=await takings.takings_of(session, agencies, after=after),
        waiting=await takings.count_waiting(session, agencies) if first else 0,
        debts=await debts_of_closed(session, agencies, limit=_DEBTS) if first else (),
        is_first=first,
        tags={status: TAGS[PUBLIC[status]] for status in PUBLIC},
    )

"""Thu tiền: payments, money without an owner, and what waits for a person."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from payment_gateway.domain.payables import PUBLIC
from payment_gateway.pages.payable import TAGS
from payment_gateway.use_cases import takings
from payment_gateway.views.agencies import agencies_of
from payment_gateway.views.dossiers import debts_of_closed
from shared.clock import utc_now
from shared.contracts.money import CaseKind
from shared.contracts.payment import UnmatchedKind
from shared.days import vietnam_day
from shared.web.identity import NoRightError, Role, SignedIn, allow
from shared.web.pages import render
from shared.web.request import Transaction

router = APIRouter(
    dependencies=[allow(Role.ACCOUNTANT, Role.SUPERVISOR, Role.AUDITOR)], include_in_schema=False
)

_SEES_TREE: Final = {Role.SUPERVISOR, Role.AUDITOR}
_DEBTS: Final = 50
KINDS: Final = {
    UnmatchedKind.SHORT: "Thiếu",
    UnmatchedKind.OVER: "Thừa",
    UnmatchedKind.DUPLICATE: "Trả hai lần",
    UnmatchedKind.LATE: "Đến muộn",
    UnmatchedKind.UNKNOWN: "Chưa gán",
    UnmatchedKind.WRONG_PAYEE: "Sai đơn vị thu",
}
CASES: Final = {
    CaseKind.ASSESSED_MORE: "Phải thu thêm",
    CaseKind.ASSESSED_LESS: "Đã thu thừa so với số mới",
    CaseKind.WITHDRAWN_PAID: "Hồ sơ dừng sau khi đã nộp",
    CaseKind.MONEY_REVERSED: "Ngân hàng đảo giao dịch",
}


@router.get("/can-bo/thu-tien")
async def show_takings(
    request: Request, session: Transaction, user: SignedIn, after: UUID | None = None
) -> Response:
    """Show what came in for the user's agency, and what has found no owner."""
    if user.agency_code is None:
        raise NoRightError("staff belong to an agency")
    agencies = await agencies_of(
        session,
        user.agency_code,
        whole_tree=bool(user.roles & _SEES_TREE),
        today=vietnam_day(utc_now()),
    )
    first = after is None
    found = await takings.takings_of(session, agencies, after=after)
    return render(
        request,
        "takings.html",
        takings=found,
        debts=await debts_of_closed(session, agencies, limit=_DEBTS) if first else (),
        is_first=first,
        tags={status: TAGS[PUBLIC[status]] for status in PUBLIC},
        kinds=KINDS,
        cases=CASES,
    )

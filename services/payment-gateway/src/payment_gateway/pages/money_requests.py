"""What an accountant asks for, and the second person who decides: a match, or a case's answer."""

from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from payment_gateway.pages.channel_words import CHANNELS
from payment_gateway.pages.money_frame import (
    CASES,
    OUTCOMES,
    READERS,
    acting_of,
    decision_words,
    reason_errors,
)
from payment_gateway.pages.todo import PATH
from payment_gateway.use_cases import deciding, matching, takings
from shared.approvals import ApprovalTrigger, Decision
from shared.contracts.envelope import Cause
from shared.contracts.money import CaseKind, CaseOutcome
from shared.contracts.parts import PaymentChannel
from shared.db.tables import ApprovalRow
from shared.web.identity import Role, SignedIn, User, allow
from shared.web.pages import render
from shared.web.request import RequestCause, Transaction

router = APIRouter(include_in_schema=False)

_DECIDES: Final = [allow(Role.SUPERVISOR)]
_DECIDERS: Final = {matching.ACT: matching.decide, deciding.ACT: deciding.decide}


@router.get(f"{PATH}/de-nghi/{{approval_id}}", dependencies=[allow(*READERS)])
async def show_request(
    request: Request, session: Transaction, user: SignedIn, cause: RequestCause, approval_id: UUID
) -> Response:
    """Show what is asked for, and who may decide."""
    return await _answer(request, session, user, cause, approval_id)


@router.post(f"{PATH}/de-nghi/{{approval_id}}/duyet", dependencies=_DECIDES)
async def approve(
    request: Request, session: Transaction, user: SignedIn, cause: RequestCause, approval_id: UUID
) -> Response:
    """Approve exactly the plan that is on screen: it is done with this."""
    plan = str((await request.form()).get("plan", ""))
    return await _decide(session, user, cause, approval_id, (ApprovalTrigger.APPROVE, "", plan))


@router.post(f"{PATH}/de-nghi/{{approval_id}}/tu-choi", dependencies=_DECIDES)
async def decline(
    request: Request, session: Transaction, user: SignedIn, cause: RequestCause, approval_id: UUID
) -> Response:
    """Decline, and say why; it may be asked for again."""
    reason = str((await request.form()).get("reason", "")).strip()
    errors = reason_errors(reason)
    if errors:
        typed = {"reason": reason}
        return await _answer(request, session, user, cause, approval_id, typed=typed, errors=errors)
    return await _decide(session, user, cause, approval_id, (ApprovalTrigger.DECLINE, reason, None))


@router.post(f"{PATH}/de-nghi/{{approval_id}}/rut", dependencies=[allow(Role.ACCOUNTANT)])
async def take_back(
    session: Transaction, user: SignedIn, cause: RequestCause, approval_id: UUID
) -> Response:
    """Take one's own request back."""
    return await _decide(session, user, cause, approval_id, (ApprovalTrigger.WITHDRAW, "", None))


async def _decide(
    session: AsyncSession,
    user: User,
    cause: Cause,
    approval_id: UUID,
    said: tuple[ApprovalTrigger, str, str | None],
) -> RedirectResponse:
    acting = await acting_of(session, user, cause)
    row = await takings.request_of(session, approval_id, acting=acting)
    decision = Decision(row.act, *said)
    await _DECIDERS[row.act](session, approval_id, decision, acting=acting)
    return RedirectResponse(f"{PATH}/de-nghi/{approval_id}", status_code=303)


async def _answer(
    request: Request,
    session: AsyncSession,
    user: User,
    cause: Cause,
    approval_id: UUID,
    **typed: Any,  # noqa: ANN401 - what a refused form brings back
) -> Response:
    acting = await acting_of(session, user, cause)
    row = await takings.request_of(session, approval_id, acting=acting)
    is_open, is_mine = row.decided_at is None, user.subject == row.requested_by
    return render(
        request,
        "money_request.html",
        status=422 if typed.get("errors") else 200,
        row=row,
        plan=row.plan,
        words=_words(row),
        tag_words=decision_words(row),
        path=f"{PATH}/de-nghi/{approval_id}",
        list_path=PATH,
        is_match=row.act == matching.ACT,
        may_decide=is_open and not is_mine and Role.SUPERVISOR in user.roles,
        may_take_back=is_open and is_mine,
        is_open=is_open,
        **{"errors": {}, "typed": {}, **typed},
    )


def _words(row: ApprovalRow) -> dict[str, str]:
    if row.act == matching.ACT:
        return {"channel": CHANNELS[PaymentChannel(row.plan["channel"])]}
    kind, outcome = CaseKind(row.plan["kind"]), CaseOutcome(row.plan["outcome"])
    return {"kind": CASES[kind], "outcome": OUTCOMES[outcome]}

"""What an accountant asks for about a receipt, and the second person who decides."""

from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from receipt.domain.notices import FIELD_NAMES, MAKE_NOTICE
from receipt.pages.frame import (
    ASKS,
    DECIDES,
    PATH,
    READS,
    REASONS,
    acting_of,
    reason_errors,
    request_words,
)
from receipt.pages.staff import Configured
from receipt.settings import Settings
from receipt.use_cases import noticing, replacing, requests
from shared.approvals import ApprovalTrigger, Decision
from shared.clock import utc_now
from shared.contracts.envelope import Cause
from shared.contracts.receipt import ReplacementReason
from shared.web.identity import Role, SignedIn, User
from shared.web.pages import render
from shared.web.request import RequestCause, Transaction, database_of, run_now

router = APIRouter(include_in_schema=False)

_ONE: Final = f"{PATH}/de-nghi/{{approval_id}}"
Said = tuple[ApprovalTrigger, str, str | None]
"""How a request ends, why, and the hash of the plan that was on screen."""


@router.get(_ONE, dependencies=READS)
async def show_request(
    request: Request, session: Transaction, user: SignedIn, cause: RequestCause, approval_id: UUID
) -> Response:
    """Show what is asked for, and who may decide."""
    return await _answer(request, session, user, cause, approval_id)


@router.post(f"{_ONE}/duyet", dependencies=DECIDES)
async def approve(
    request: Request,
    settings: Configured,
    user: SignedIn,
    cause: RequestCause,
    approval_id: UUID,
) -> Response:
    """Approve exactly the plan that is on screen: it is done with this."""
    plan = str((await request.form()).get("plan", ""))
    async with database_of(request).transaction() as session:
        said = (ApprovalTrigger.APPROVE, "", plan)
        notice_id = await _decide(session, (user, cause), approval_id, said, settings)
    if notice_id is not None:
        await run_now(request, MAKE_NOTICE, notice_id)
    return _back(approval_id)


@router.post(f"{_ONE}/tu-choi", dependencies=DECIDES)
async def decline(
    request: Request,
    settings: Configured,
    user: SignedIn,
    cause: RequestCause,
    approval_id: UUID,
) -> Response:
    """Decline, and say why; it may be asked for again."""
    reason = str((await request.form()).get("reason", "")).strip()
    errors = reason_errors(reason)
    async with database_of(request).transaction() as session:
        if errors:
            typed = {"reason": reason, "errors": errors}
            return await _answer(request, session, user, cause, approval_id, **typed)
        said = (ApprovalTrigger.DECLINE, reason, None)
        await _decide(session, (user, cause), approval_id, said, settings)
    return _back(approval_id)


@router.post(f"{_ONE}/rut", dependencies=ASKS)
async def take_back(
    session: Transaction,
    settings: Configured,
    user: SignedIn,
    cause: RequestCause,
    approval_id: UUID,
) -> Response:
    """Take one's own request back."""
    said = (ApprovalTrigger.WITHDRAW, "", None)
    await _decide(session, (user, cause), approval_id, said, settings)
    return _back(approval_id)


async def _decide(
    session: AsyncSession,
    who: tuple[User, Cause],
    approval_id: UUID,
    said: Said,
    settings: Settings,
) -> UUID | None:
    """End a request of either kind; return the notice that is to be printed, if one was given."""
    acting = await acting_of(session, *who)
    row = await requests.request_of(session, approval_id, acting=acting)
    decision = Decision(row.act, *said)
    if row.act == noticing.ACT:
        return await noticing.decide(session, approval_id, decision, acting=acting)
    issuing = (utc_now, settings.printed_url)
    await replacing.decide(session, approval_id, decision, acting=acting, issuing=issuing)
    return None


def _back(approval_id: UUID) -> RedirectResponse:
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
    row = await requests.request_of(session, approval_id, acting=acting)
    is_open, is_mine = row.decided_at is None, user.subject == row.requested_by
    is_notice = row.act == noticing.ACT
    return render(
        request,
        "correction.html",
        status=422 if typed.get("errors") else 200,
        row=row,
        plan=row.plan,
        is_notice=is_notice,
        field_names={field.value: words for field, words in FIELD_NAMES.items()},
        reason_words="" if is_notice else REASONS[ReplacementReason(row.plan["reason_code"])],
        tag_words=request_words(row),
        path=f"{PATH}/de-nghi/{approval_id}",
        list_path=PATH,
        is_open=is_open,
        may_decide=is_open and not is_mine and Role.SUPERVISOR in user.roles,
        may_take_back=is_open and is_mine,
        **{"errors": {}, "reason": "", **typed},
    )

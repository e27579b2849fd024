"""One case: what was paid, what is due now, and the answer of an accountant."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from payment_gateway.domain.cases import needs_second_person
from payment_gateway.domain.errors import (
    AnswerNotOfferedError,
    CaseClosedError,
    NothingToAskError,
    NothingToRefundError,
    RefundForbiddenError,
    RefundOpenError,
    SupplementOpenError,
)
from payment_gateway.pages.money_frame import CASES, OUTCOMES, READERS, acting_of, reason_errors
from payment_gateway.pages.refund_words import RULES
from payment_gateway.pages.todo import PATH
from payment_gateway.use_cases import deciding, takings
from shared.approvals import AlreadyRequestedError
from shared.contracts.envelope import Cause
from shared.contracts.money import CaseOutcome
from shared.web.identity import Role, SignedIn, User, allow
from shared.web.pages import render, translate
from shared.web.request import RequestCause, Transaction, database_of

router = APIRouter(include_in_schema=False)


@router.get(f"{PATH}/viec/{{case_id}}", dependencies=[allow(*READERS)])
async def show_case(
    request: Request, session: Transaction, user: SignedIn, cause: RequestCause, case_id: UUID
) -> Response:
    """Show a case, and the acts that may answer it."""
    return await _answer(request, session, user, cause, case_id)


@router.post(f"{PATH}/viec/{{case_id}}/dong", dependencies=[allow(Role.ACCOUNTANT)])
async def answer_case(
    request: Request, user: SignedIn, cause: RequestCause, case_id: UUID
) -> Response:
    """Answer a case: a refund is proposed at once, all else waits for a second person."""
    form = await request.form()
    typed = {name: str(form.get(name, "")).strip() for name in ("outcome", "reason")}
    errors = reason_errors(typed["reason"])
    outcome = next((each for each in OUTCOMES if each.value == typed["outcome"]), None)
    try:
        if outcome is not None and not errors:
            done = await _ask(request, user, cause, case_id, (outcome, typed["reason"]))
            return RedirectResponse(done, status_code=303)
        if outcome is None:
            errors["outcome"] = translate("Chọn một cách xử lý trong danh sách.")
    except (
        AnswerNotOfferedError, CaseClosedError, NothingToAskError, NothingToRefundError,
        SupplementOpenError, RefundOpenError, AlreadyRequestedError,
    ) as error:  # fmt: skip
        errors["outcome"] = translate(error.title)
    except RefundForbiddenError as error:
        errors["outcome"] = f"{translate(RULES[error.prefix])} ({error.source})"
    async with database_of(request).transaction() as session:
        return await _answer(request, session, user, cause, case_id, typed=typed, errors=errors)


async def _ask(
    request: Request, user: User, cause: Cause, case_id: UUID, answer: tuple[CaseOutcome, str]
) -> str:
    async with database_of(request).transaction() as session:
        acting = await acting_of(session, user, cause)
        approval_id = await deciding.ask(session, case_id, *answer, acting=acting)
    return f"{PATH}/viec/{case_id}" if approval_id is None else f"{PATH}/de-nghi/{approval_id}"


async def _answer(
    request: Request,
    session: AsyncSession,
    user: User,
    cause: Cause,
    case_id: UUID,
    **typed: Any,  # noqa: ANN401 - what a refused form brings back
) -> Response:
    acting = await acting_of(session, user, cause)
    look = await deciding.look_at(session, case_id, acting=acting)
    waiting = await takings.waiting_for(session, deciding.ACT, str(case_id), acting=acting)
    return render(
        request,
        "case.html",
        status=422 if typed.get("errors") else 200,
        look=look,
        case=look.case,
        waiting=waiting,
        cases=CASES,
        outcomes=OUTCOMES,
        needs_second=needs_second_person,
        path=PATH,
        may_act=Role.ACCOUNTANT in user.roles and waiting is None and bool(look.answers),
        **{"errors": {}, "typed": {}, **typed},
    )

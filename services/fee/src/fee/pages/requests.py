"""*Biểu phí*: asking for a change, and deciding on it as the second person."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import HTMLResponse, RedirectResponse, Response

from fee.domain.checking import TariffFaultError
from fee.pages.drafts import acting_of, reason_errors
from fee.pages.history import decision_words
from fee.pages.tariff_words import fault_words, faults_by_field, tariff_words
from fee.pages.tariffs import PATH, READERS, TariffCode, answer_tariff, tariff_url
from fee.use_cases import requests
from shared.approvals import ApprovalTrigger, Decision
from shared.contracts.envelope import Cause
from shared.web.identity import Role, SignedIn, User, allow
from shared.web.pages import render, translate
from shared.web.request import RequestCause, Transaction

router: Final = APIRouter()

_ASKS: Final = allow(Role.ADMINISTRATOR)
_DECIDES: Final = allow(Role.SUPERVISOR)


@router.post(f"{PATH}/muc/{{tariff_code}}/gui-duyet", dependencies=[_ASKS])
async def ask_for_publication(
    request: Request,
    session: Transaction,
    user: SignedIn,
    cause: RequestCause,
    tariff_code: TariffCode,
) -> Response:
    """Ask that a draft is put in force; a second person decides."""
    typed = await _words(request)
    errors = reason_errors(typed["reason"])
    try:
        if not errors:
            approval_id = await requests.request_publication(
                session, [tariff_code], reason=typed["reason"], acting=acting_of(user, cause)
            )
            return RedirectResponse(f"{PATH}/de-nghi/{approval_id}", status_code=303)
    except TariffFaultError as error:
        errors = {"reason": fault_words(error.faults[0])}
    return await answer_tariff(request, session, user, tariff_code, typed=typed, errors=errors)


@router.post(f"{PATH}/muc/{{tariff_code}}/ket-thuc", dependencies=[_ASKS])
async def ask_for_end(
    request: Request,
    session: Transaction,
    user: SignedIn,
    cause: RequestCause,
    tariff_code: TariffCode,
) -> Response:
    """Ask that a tariff holds until a day and no longer; a second person decides."""
    typed = await _words(request)
    errors = reason_errors(typed["reason"])
    last_day = _day(typed["valid_to"])
    if last_day is None:
        errors["valid_to"] = translate("Ghi ngày có thật, như 24/11/2026.")
    try:
        if last_day is not None and not errors:
            approval_id = await requests.request_end(
                session,
                tariff_code,
                last_day,
                reason=typed["reason"],
                acting=acting_of(user, cause),
            )
            return RedirectResponse(f"{PATH}/de-nghi/{approval_id}", status_code=303)
    except TariffFaultError as error:
        errors = faults_by_field(error.faults)
    return await answer_tariff(request, session, user, tariff_code, typed=typed, errors=errors)


@router.get(f"{PATH}/de-nghi/{{approval_id}}", dependencies=[allow(*READERS)])
async def show_request(
    request: Request, session: Transaction, user: SignedIn, approval_id: UUID
) -> HTMLResponse:
    """Show what is asked for, whom it touches, and who may decide."""
    return await _answer(request, session, user, approval_id)


@router.post(f"{PATH}/de-nghi/{{approval_id}}/duyet", dependencies=[_DECIDES])
async def approve(
    request: Request, session: Transaction, user: SignedIn, cause: RequestCause, approval_id: UUID
) -> Response:
    """Approve exactly the plan that is on screen: it is in force by its dates from now on."""
    plan = str((await request.form()).get("plan", ""))
    decision = Decision(requests.ACT, ApprovalTrigger.APPROVE, plan_sha256=plan)
    return await _decide(session, user, approval_id, decision, cause)


@router.post(f"{PATH}/de-nghi/{{approval_id}}/tu-choi", dependencies=[_DECIDES])
async def decline(
    request: Request, session: Transaction, user: SignedIn, cause: RequestCause, approval_id: UUID
) -> Response:
    """Decline, and say why; the drafts may be changed and asked for again."""
    typed = await _words(request)
    errors = reason_errors(typed["reason"])
    if errors:
        return await _answer(request, session, user, approval_id, typed=typed, errors=errors)
    decision = Decision(requests.ACT, ApprovalTrigger.DECLINE, typed["reason"])
    return await _decide(session, user, approval_id, decision, cause)


@router.post(f"{PATH}/de-nghi/{{approval_id}}/rut", dependencies=[_ASKS])
async def take_back(
    session: Transaction, user: SignedIn, cause: RequestCause, approval_id: UUID
) -> Response:
    """Take one's own request back."""
    return await _decide(
        session, user, approval_id, Decision(requests.ACT, ApprovalTrigger.WITHDRAW), cause
    )


async def _decide(
    session: AsyncSession, user: User, approval_id: UUID, decision: Decision, cause: Cause
) -> RedirectResponse:
    await requests.decide(session, approval_id, decision, acting=acting_of(user, cause))
    return RedirectResponse(f"{PATH}/de-nghi/{approval_id}", status_code=303)


async def _answer(
    request: Request,
    session: AsyncSession,
    user: User,
    approval_id: UUID,
    **typed: Any,  # noqa: ANN401 - what a refused form brings back
) -> HTMLResponse:
    wanted = await requests.read_request(session, approval_id)
    row = wanted.approval
    is_open = row.decided_at is None
    is_mine = user.subject == row.requested_by
    return render(
        request,
        "tariff_request.html",
        status=422 if typed.get("errors") else 200,
        wanted=wanted,
        row=row,
        tag_words=decision_words(row),
        rows=[(tariff, tariff_words(tariff), tariff_url(tariff.code)) for tariff in wanted.tariffs],
        first_day=min(tariff.valid_from for tariff in wanted.tariffs),
        path=f"{PATH}/de-nghi/{approval_id}",
        may_decide=is_open and not is_mine and Role.SUPERVISOR in user.roles,
        may_take_back=is_open and is_mine,
        is_open=is_open,
        **{"errors": {}, "typed": {}, **typed},
    )


async def _words(request: Request) -> dict[str, str]:
    form = await request.form()
    return {name: str(form.get(name, "")).strip() for name in ("reason", "valid_to")}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

"""Lập lại bảng kê: what the authority refused, what would be sent instead, and who approves it."""

from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from receipt.domain.remaking import EXPLANATION_LIMIT, plan_of
from receipt.domain.tax import NothingToRemakeError
from receipt.pages.daily_tables import COLUMNS
from receipt.pages.daily_tables import PATH as TABLES
from receipt.pages.frame import (
    ASKS,
    DECIDES,
    READS,
    acting_of,
    reason_errors,
    request_words,
)
from receipt.pages.tax_words import LINES, refusal_words
from receipt.use_cases import remake_day, send_day
from receipt.use_cases.remake_day import Anew
from shared.approvals import AlreadyRequestedError, ApprovalTrigger, Decision
from shared.clock import utc_now
from shared.contracts.envelope import Cause
from shared.web.identity import Role, SignedIn, User
from shared.web.pages import render, translate
from shared.web.request import RequestCause, Transaction, database_of, run_now

router = APIRouter(include_in_schema=False)

_REFUSED: Final = f"{TABLES}/{{table_id}}/lan/{{supplement_no}}/lap-lai"
_REQUEST: Final = f"{TABLES}/de-nghi/{{approval_id}}"
_WAIT_SECONDS: Final = 8.0


@dataclass(frozen=True)
class Which:
    """A submission by its table and number, as the address has them."""

    table_id: UUID
    supplement_no: Annotated[int, Path(ge=0, le=1_000_000)]


Chosen = Annotated[Which, Depends()]


@router.get(_REFUSED, dependencies=ASKS)
async def show_form(
    request: Request,
    session: Transaction,
    user: SignedIn,
    cause: RequestCause,
    chosen: Chosen,
) -> Response:
    """Show why a submission was refused, and what would be sent in its place now."""
    acting = await acting_of(session, user, cause)
    anew = await remake_day.show(
        session, chosen.table_id, chosen.supplement_no, acting.by.agencies or (), now=acting.now
    )
    return _form(request, anew)


@router.post(_REFUSED, dependencies=ASKS)
async def ask(
    request: Request,
    user: SignedIn,
    cause: RequestCause,
    chosen: Chosen,
) -> Response:
    """Ask for a submission in the place of the refused one; a second person decides."""
    database = database_of(request)
    async with database.transaction() as session:
        acting = await acting_of(session, user, cause)
        anew = await remake_day.show(
            session, chosen.table_id, chosen.supplement_no, acting.by.agencies or (),
            now=acting.now,
        )  # fmt: skip
    typed, errors = await _typed(request, anew)
    explanations = {name: text for name, text in typed.items() if name != "reason" and text}
    try:
        if not errors:
            async with database.transaction() as session:
                acting = await acting_of(session, user, cause)
                approval_id = await remake_day.ask(
                    session, anew.refused.submission_id, explanations, typed["reason"],
                    acting=acting,
                )  # fmt: skip
            return _to_request(approval_id)
    except (NothingToRemakeError, AlreadyRequestedError) as error:
        errors = {"form": translate(error.title)}
    return _form(request, anew, typed, errors)


@router.get(_REQUEST, dependencies=READS)
async def show_request(
    request: Request, session: Transaction, user: SignedIn, cause: RequestCause, approval_id: UUID
) -> Response:
    """Show what is asked for, and who may decide."""
    return await _answer(request, session, user, cause, approval_id)


@router.post(f"{_REQUEST}/duyet", dependencies=DECIDES)
async def approve(
    request: Request, user: SignedIn, cause: RequestCause, approval_id: UUID
) -> Response:
    """Approve exactly what is on screen: it stands in the refused one's place, and is sent."""
    plan = str((await request.form()).get("plan", ""))
    decision = Decision(remake_day.ACT, ApprovalTrigger.APPROVE, "", plan)
    async with database_of(request).transaction() as session:
        acting = await acting_of(session, user, cause)
        made = await remake_day.decide(session, approval_id, decision, acting=acting)
    if made is not None:
        await run_now(request, send_day.SEND, made, _WAIT_SECONDS)
    return _to_request(approval_id)


@router.post(f"{_REQUEST}/tu-choi", dependencies=DECIDES)
async def decline(
    request: Request, user: SignedIn, cause: RequestCause, approval_id: UUID
) -> Response:
    """Decline, and say why; the refused submission is tried again as before."""
    reason = str((await request.form()).get("reason", "")).strip()
    errors = reason_errors(reason)
    async with database_of(request).transaction() as session:
        if errors:
            typed = {"reason": reason, "errors": errors}
            return await _answer(request, session, user, cause, approval_id, **typed)
        acting = await acting_of(session, user, cause)
        decision = Decision(remake_day.ACT, ApprovalTrigger.DECLINE, reason)
        await remake_day.decide(session, approval_id, decision, acting=acting)
    return _to_request(approval_id)


@router.post(f"{_REQUEST}/rut", dependencies=ASKS)
async def take_back(
    session: Transaction, user: SignedIn, cause: RequestCause, approval_id: UUID
) -> Response:
    """Take one's own request back."""
    acting = await acting_of(session, user, cause)
    decision = Decision(remake_day.ACT, ApprovalTrigger.WITHDRAW)
    await remake_day.decide(session, approval_id, decision, acting=acting)
    return _to_request(approval_id)


async def _typed(request: Request, anew: Anew) -> tuple[dict[str, str], dict[str, str]]:
    """Return what was typed, an explanation per refused line and the reason; and what is wrong."""
    form = await request.form()
    names = ["reason", *(str(line.receipt_id) for _, line, _ in _refused_lines(anew))]
    typed = {name: str(form.get(name, "")).strip() for name in names}
    errors = reason_errors(typed["reason"])
    for name in names[1:]:
        if len(typed[name]) > EXPLANATION_LIMIT or not typed[name].isprintable():
            errors[name] = translate(
                "Nhiều nhất %(limit)s ký tự, không xuống dòng.", limit=EXPLANATION_LIMIT
            )
    return typed, errors


def _refused_lines(anew: Anew) -> list[tuple[int, Any, list[str]]]:
    """Return the lines that the authority named: order, line, and why in words."""
    lines = anew.refused.lines
    return [
        (order, lines[order - 1], [refusal_words(code) for code in codes])
        for order, codes in sorted(anew.refused.refusals.items())
        if 1 <= order <= len(lines)
    ]


def _to_request(approval_id: UUID) -> RedirectResponse:
    return RedirectResponse(f"{TABLES}/de-nghi/{approval_id}", status_code=303)


def _form(
    request: Request,
    anew: Anew,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    return render(
        request,
        "table_anew.html",
        status=422 if errors else 200,
        anew=anew,
        refused=anew.refused,
        plan=plan_of(anew.refused, anew.submission, {}),
        reasons=[refusal_words(code) for code in anew.refused.codes],
        refused_lines=_refused_lines(anew),
        columns=dict(COLUMNS),
        line_states=LINES,
        typed=typed or {},
        errors=errors or {},
        limit=EXPLANATION_LIMIT,
        list_path=TABLES,
    )


async def _answer(
    request: Request,
    session: AsyncSession,
    user: User,
    cause: Cause,
    approval_id: UUID,
    **typed: Any,  # noqa: ANN401 - what a refused form brings back
) -> Response:
    acting = await acting_of(session, user, cause)
    row = await remake_day.request_of(session, approval_id, acting=acting)
    is_open, is_mine = row.decided_at is None, user.subject == row.requested_by
    return render(
        request,
        "table_request.html",
        status=422 if typed.get("errors") else 200,
        row=row,
        plan=row.plan,
        reasons=[refusal_words(code) for code in row.plan["codes"]],
        columns=dict(COLUMNS),
        line_states=LINES,
        tag_words=request_words(row),
        path=f"{TABLES}/de-nghi/{approval_id}",
        list_path=TABLES,
        now=utc_now(),
        is_open=is_open,
        may_decide=is_open and not is_mine and Role.SUPERVISOR in user.roles,
        may_take_back=is_open and is_mine,
        **{"errors": {}, "reason": "", **typed},
    )

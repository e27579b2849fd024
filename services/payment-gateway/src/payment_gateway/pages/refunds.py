"""Hoàn trả: what waits, what went back; asked for by one person, decided by another."""

import re
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from payment_gateway.pages.channel_words import CHANNELS
from payment_gateway.pages.money_scope import agencies_seen, person_of
from payment_gateway.pages.refund_words import REASONS, error_words, state_words
from payment_gateway.use_cases import refund_look, refund_sending, refunding
from payment_gateway.use_cases.refund_sending import PAY
from payment_gateway.use_cases.refunding import ACT, Acting
from shared.approvals import ApprovalTrigger, Decision
from shared.clock import utc_now
from shared.contracts.envelope import Cause
from shared.web.identity import Role, SignedIn, User, allow
from shared.web.pages import render, translate
from shared.web.request import RequestCause, Transaction, database_of, run_now

router = APIRouter(include_in_schema=False)

PATH: Final = "/can-bo/thu-tien/hoan-tien"
READS: Final = [allow(Role.ACCOUNTANT, Role.SUPERVISOR, Role.AUDITOR)]
ASKS: Final = [allow(Role.ACCOUNTANT)]
_DECIDES: Final = [allow(Role.SUPERVISOR)]
_REFERENCE: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_REASON: Final = (3, 500)


@router.get(PATH, dependencies=READS)
async def list_refunds(
    request: Request,
    session: Transaction,
    user: SignedIn,
    xong: bool = False,  # noqa: FBT001, FBT002 - a query parameter
    after: UUID | None = None,
) -> Response:
    """Show the refunds of the user's agency: what waits for whom, or what is over."""
    agencies = await agencies_seen(session, user)
    lines = await refund_look.list_refunds(session, agencies, done=xong, after=after)
    counts = await refund_look.count_refunds(session, agencies)
    return render(
        request,
        "refunds.html",
        channels=CHANNELS,
        lines=[
            (line, state_words(line.refund), REASONS[line.refund.reason_code]) for line in lines
        ],
        next_after=lines[-1].refund.id if len(lines) == refund_look.PAGE else None,
        is_first=after is None,
        done=xong,
        waiting=sum(n for status, n in counts.items() if status not in refund_look.DONE),
        may_ask=Role.ACCOUNTANT in user.roles,
        path=PATH,
    )


@router.get(f"{PATH}/{{refund_id}}", dependencies=READS)
async def show_refund(
    request: Request, session: Transaction, user: SignedIn, refund_id: UUID
) -> Response:
    """Show one refund: what, why, who, and what may be done now."""
    return await _answer(request, session, user, refund_id)


@router.post(f"{PATH}/{{refund_id}}/gui-duyet", dependencies=ASKS)
async def ask_for_decision(
    request: Request, session: Transaction, user: SignedIn, cause: RequestCause, refund_id: UUID
) -> Response:
    """Put a refund that a rule proposed before a second person."""
    reason, wrong = await reason_typed(request)
    if wrong:
        return await _answer(request, session, user, refund_id, errors=wrong, typed=reason)
    acting = await acting_of(session, user, cause)
    await refunding.ask_for_decision(session, refund_id, reason=reason, acting=acting)
    return _back(refund_id)


@router.post(f"{PATH}/{{refund_id}}/duyet", dependencies=_DECIDES)
async def approve(
    request: Request, user: SignedIn, cause: RequestCause, refund_id: UUID
) -> Response:
    """Approve exactly what is on screen; its channel is called at once."""
    form = await request.form()
    decision = Decision(ACT, ApprovalTrigger.APPROVE, plan_sha256=str(form.get("plan", "")))
    async with database_of(request).transaction() as session:
        await _decide(session, user, cause, refund_id, decision)
    await run_now(request, PAY, refund_id)
    return _back(refund_id)


@router.post(f"{PATH}/{{refund_id}}/tu-choi", dependencies=_DECIDES)
async def decline(
    request: Request, session: Transaction, user: SignedIn, cause: RequestCause, refund_id: UUID
) -> Response:
    """Decline, and say why; the money stays where it is."""
    reason, wrong = await reason_typed(request)
    if wrong:
        return await _answer(request, session, user, refund_id, errors=wrong, typed=reason)
    decision = Decision(ACT, ApprovalTrigger.DECLINE, reason)
    await _decide(session, user, cause, refund_id, decision)
    return _back(refund_id)


@router.post(f"{PATH}/{{refund_id}}/rut", dependencies=ASKS)
async def take_back(
    session: Transaction, user: SignedIn, cause: RequestCause, refund_id: UUID
) -> Response:
    """Take one's own request back."""
    decision = Decision(ACT, ApprovalTrigger.WITHDRAW)
    await _decide(session, user, cause, refund_id, decision)
    return _back(refund_id)


@router.post(f"{PATH}/{{refund_id}}/gui-lai", dependencies=ASKS)
async def send_again(
    request: Request, user: SignedIn, cause: RequestCause, refund_id: UUID
) -> Response:
    """Ask the channel once more."""
    async with database_of(request).transaction() as session:
        acting = await acting_of(session, user, cause)
        await refund_sending.send_again(session, refund_id, acting=acting)
    await run_now(request, PAY, refund_id)
    return _back(refund_id)


@router.post(f"{PATH}/{{refund_id}}/da-chi", dependencies=ASKS)
async def paid_by_hand(
    request: Request,
    session: Transaction,
    user: SignedIn,
    cause: RequestCause,
    refund_id: UUID,
) -> Response:
    """Store that it was paid by transfer, with the bank's reference."""
    form = await request.form()
    reference = str(form.get("ma_giao_dich", "")).strip()
    looked = form.get("da_kiem_tra") is not None
    shown = await refund_look.show_refund(session, refund_id, await agencies_seen(session, user))
    errors = {}
    if not _REFERENCE.fullmatch(reference):
        errors["ma_giao_dich"] = translate(
            "Ghi mã giao dịch của ngân hàng: chữ không dấu, số, chấm, gạch; tối đa 64 ký tự."
        )
    if shown.refund.may_have_been_paid and not looked:
        errors["da_kiem_tra"] = translate("Kiểm tra sao kê trước: có thể kênh đã hoàn rồi.")
    if errors:
        return await _answer(request, session, user, refund_id, errors=errors, typed=reference)
    acting = await acting_of(session, user, cause)
    await refund_sending.pay_by_hand(session, refund_id, reference=reference, acting=acting)
    return _back(refund_id)


async def acting_of(session: AsyncSession, user: User, cause: Cause) -> Acting:
    """Return who acts, for the agencies that they see."""
    return Acting(person_of(user, await agencies_seen(session, user)), cause, utc_now())


async def reason_typed(request: Request) -> tuple[str, dict[str, str]]:
    """Return the reason of a form, and what is wrong with it."""
    reason = str((await request.form()).get("reason", "")).strip()
    least, most = _REASON
    fits = least <= len(reason) <= most
    return reason, {} if fits else {"reason": translate("Ghi lý do, từ 3 đến 500 ký tự.")}


async def _decide(
    session: AsyncSession, user: User, cause: Cause, refund_id: UUID, decision: Decision
) -> None:
    acting = await acting_of(session, user, cause)
    shown = await refund_look.show_refund(session, refund_id, sorted(acting.by.agencies or ()))
    if shown.approval is not None:
        await refunding.decide(session, refund_id, shown.approval.id, decision, acting=acting)


def _back(refund_id: UUID) -> RedirectResponse:
    return RedirectResponse(f"{PATH}/{refund_id}", status_code=303)


async def _answer(
    request: Request,
    session: AsyncSession,
    user: User,
    refund_id: UUID,
    **typed: Any,  # noqa: ANN401 - what a refused form brings back
) -> Response:
    shown = await refund_look.show_refund(session, refund_id, await agencies_seen(session, user))
    asked_by_me = shown.approval is not None and shown.approval.requested_by == user.subject
    accountant, waits = Role.ACCOUNTANT in user.roles, shown.waits_for_decision
    return render(
        request,
        "refund.html",
        channels=CHANNELS,
        status=422 if typed.get("errors") else 200,
        shown=shown,
        refund=shown.refund,
        money=shown.money,
        row=shown.approval,
        tag_words=state_words(shown.refund),
        reason_words=REASONS[shown.refund.reason_code],
        error_words=error_words(shown.refund),
        path=f"{PATH}/{refund_id}",
        list_path=PATH,
        may_decide=waits and not asked_by_me and Role.SUPERVISOR in user.roles,
        may_take_back=waits and asked_by_me,
        may_ask=accountant and shown.may_be_asked_for,
        may_pay=accountant and shown.is_paid_by_hand,
        may_send=accountant and shown.may_be_sent_again,
        **{"errors": {}, "typed": "", **typed},
    )

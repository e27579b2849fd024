"""One money that settles nothing: assigned to a dossier, or given back."""

from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from payment_gateway.domain.errors import (
    MoneyPlacedError,
    MoneyTakenBackError,
    NothingDueError,
    NothingToRefundError,
    OtherPayeeError,
    PayableNotFoundError,
    RefundOpenError,
)
from payment_gateway.pages.channel_words import CHANNELS
from payment_gateway.pages.money_frame import KINDS, READERS, acting_of, reason_errors
from payment_gateway.pages.todo import PATH
from payment_gateway.use_cases import matching, refunding, takings
from shared.approvals import AlreadyRequestedError
from shared.contracts.envelope import Cause
from shared.dossier_code import InvalidDossierCodeError, parse_dossier_code
from shared.web.identity import Role, SignedIn, User, allow
from shared.web.pages import render, translate
from shared.web.request import RequestCause, Transaction, database_of

router = APIRouter(include_in_schema=False)

_ACTS: Final = [allow(Role.ACCOUNTANT)]
_OF_CODE: Final = (PayableNotFoundError, NothingDueError, OtherPayeeError)


@router.get(f"{PATH}/tien/{{money_id}}", dependencies=[allow(*READERS)])
async def show_money(
    request: Request, session: Transaction, user: SignedIn, cause: RequestCause, money_id: UUID
) -> Response:
    """Show one money, and what may be done with it."""
    return await _answer(request, session, user, cause, money_id)


@router.post(f"{PATH}/tien/{{money_id}}/gan", dependencies=_ACTS)
async def ask_for_match(
    request: Request, user: SignedIn, cause: RequestCause, money_id: UUID
) -> Response:
    """Ask that the money pays for a dossier; a second person decides."""
    form = await request.form()
    typed = {name: str(form.get(name, "")).strip() for name in ("ma", "reason")}
    errors = reason_errors(typed["reason"])
    try:
        typed["ma"] = parse_dossier_code(typed["ma"])
        if not errors:
            async with database_of(request).transaction() as session:
                acting = await acting_of(session, user, cause)
                approval_id = await matching.ask(
                    session, money_id, typed["ma"], typed["reason"], acting=acting
                )
            return RedirectResponse(f"{PATH}/de-nghi/{approval_id}", status_code=303)
    except InvalidDossierCodeError as error:
        errors["ma"] = translate(error.title)
    except (*_OF_CODE, MoneyPlacedError, MoneyTakenBackError, AlreadyRequestedError) as error:
        errors["ma"] = translate(error.title)
    return await _again(request, user, cause, money_id, typed=typed, errors=errors)


@router.post(f"{PATH}/tien/{{money_id}}/hoan", dependencies=_ACTS)
async def give_back(
    request: Request, user: SignedIn, cause: RequestCause, money_id: UUID
) -> Response:
    """Propose to give the money back; a second person approves before it is paid."""
    reason = str((await request.form()).get("back_reason", "")).strip()
    errors = {f"back_{name}": words for name, words in reason_errors(reason).items()}
    try:
        if not errors:
            async with database_of(request).transaction() as session:
                acting = await acting_of(session, user, cause)
                await refunding.propose_surplus(session, money_id, reason=reason, acting=acting)
            return RedirectResponse(f"{PATH}/tien/{money_id}", status_code=303)
    except (NothingToRefundError, RefundOpenError) as error:
        errors = {"back_reason": translate(error.title)}
    typed = {"back_reason": reason}
    return await _again(request, user, cause, money_id, typed=typed, errors=errors)


async def _again(
    request: Request,
    user: User,
    cause: Cause,
    money_id: UUID,
    **typed: Any,  # noqa: ANN401 - what a refused form brings back
) -> Response:
    async with database_of(request).transaction() as session:
        return await _answer(request, session, user, cause, money_id, **typed)


async def _answer(
    request: Request,
    session: AsyncSession,
    user: User,
    cause: Cause,
    money_id: UUID,
    **typed: Any,  # noqa: ANN401 - what a refused form brings back
) -> Response:
    acting = await acting_of(session, user, cause)
    shown = await takings.money_at(session, money_id, acting=acting)
    return render(
        request,
        "loose_money.html",
        status=422 if typed.get("errors") else 200,
        money=shown.money,
        dossier_code=shown.dossier_code,
        waiting=shown.waiting,
        kinds=KINDS,
        channels=CHANNELS,
        path=PATH,
        may_act=Role.ACCOUNTANT in user.roles and shown.waiting is None,
        **{"errors": {}, "typed": {}, **typed},
    )

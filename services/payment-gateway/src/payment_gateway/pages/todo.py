"""Chờ xử lý: the accountant's one list of money that does not fit, with the proposed act of each.

Here too a bank's reversal is reported, which opens a case.
"""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Form, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from payment_gateway.domain.errors import MoneyNotFoundError, NotReversibleError
from payment_gateway.pages.channel_words import CHANNELS
from payment_gateway.pages.money_frame import (
    CASES,
    KINDS,
    OUTCOMES,
    READERS,
    acting_of,
    agencies_for,
    reason_errors,
)
from payment_gateway.use_cases import reversal, takings
from shared.contracts.parts import PaymentChannel
from shared.web.identity import Role, SignedIn, User, allow
from shared.web.pages import render, translate
from shared.web.request import RequestCause, Transaction, database_of

PATH: Final = "/can-bo/thu-tien/cho-xu-ly"
_REFERENCE_MAX: Final = 255
Reason = Annotated[str, Form(min_length=3, max_length=500)]

router = APIRouter(include_in_schema=False)


@router.get(PATH, dependencies=[allow(*READERS)])
async def show_todo(request: Request, session: Transaction, user: SignedIn) -> Response:
    """Show what waits for a person: requests, loose money, cases, messages nobody could read."""
    return await _answer(request, session, user)


@router.post(f"{PATH}/dao-giao-dich", dependencies=[allow(Role.ACCOUNTANT)])
async def report_reversal(request: Request, user: SignedIn, cause: RequestCause) -> Response:
    """Record that a bank took a money back; a person then decides what becomes of it."""
    form = await request.form()
    typed = {name: str(form.get(name, "")).strip() for name in ("channel", "reference", "reason")}
    channel = next((each for each in CHANNELS if each.value == typed["channel"]), None)
    errors = _errors(typed, channel)
    database = database_of(request)
    if channel is not None and not errors:
        try:
            async with database.transaction() as session:
                acting = await acting_of(session, user, cause)
                case_id = await reversal.report(
                    session, channel, typed["reference"], typed["reason"], acting=acting
                )
            place = f"/viec/{case_id}" if case_id is not None else "#dao-giao-dich"
            return RedirectResponse(f"{PATH}{place}", status_code=303)
        except (MoneyNotFoundError, NotReversibleError) as error:
            errors = {"reference": translate(error.title)}
    async with database.transaction() as session:
        return await _answer(request, session, user, typed=typed, errors=errors)


@router.post(f"{PATH}/dao-giao-dich/{{report_id}}/dong", dependencies=[allow(Role.ACCOUNTANT)])
async def close_reversal(
    session: Transaction, user: SignedIn, cause: RequestCause, report_id: UUID, reason: Reason
) -> RedirectResponse:
    """End a reversal that waits, with the reason why nothing more is to be done."""
    acting = await acting_of(session, user, cause)
    await reversal.close_report(session, report_id, reason, acting=acting)
    return RedirectResponse(PATH, status_code=303)


def _errors(typed: dict[str, str], channel: PaymentChannel | None) -> dict[str, str]:
    errors = reason_errors(typed["reason"])
    if channel is None:
        errors["channel"] = translate("Chọn một kênh trong danh sách.")
    reference = typed["reference"]
    if not reference or len(reference) > _REFERENCE_MAX or not reference.isprintable():
        errors["reference"] = translate("Ghi mã giao dịch như trên sao kê của ngân hàng.")
    return errors


async def _answer(request: Request, session: AsyncSession, user: User, **typed: Any) -> Response:  # noqa: ANN401 - what a refused form brings back
    agencies = await agencies_for(session, user)
    return render(
        request,
        "todo.html",
        status=422 if typed.get("errors") else 200,
        todo=await takings.todo_of(session, agencies),
        kinds=KINDS,
        cases=CASES,
        outcomes=OUTCOMES,
        channels=CHANNELS,
        channel_options=[(each.value, translate(words)) for each, words in CHANNELS.items()],
        path=PATH,
        may_act=Role.ACCOUNTANT in user.roles,
        **{"errors": {}, "typed": {}, **typed},
    )

"""Hoàn trả: asking that a fee, or money that settles nothing, goes back."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from payment_gateway.domain.errors import (
    NothingToRefundError,
    PayableNotFoundError,
    RefundForbiddenError,
    RefundOpenError,
)
from payment_gateway.domain.refunds import LEGAL
from payment_gateway.pages.channel_words import CHANNELS
from payment_gateway.pages.money_scope import agencies_seen
from payment_gateway.pages.refund_words import REASONS, RULES
from payment_gateway.pages.refunds import ASKS, PATH, acting_of, reason_typed
from payment_gateway.use_cases import refund_look, refunding
from payment_gateway.use_cases.refunding import LegalRefund
from shared.contracts.money import RefundReason
from shared.dossier_code import InvalidDossierCodeError, parse_dossier_code
from shared.web.identity import SignedIn, User
from shared.web.pages import render, translate
from shared.web.request import RequestCause, Transaction

router = APIRouter(include_in_schema=False, dependencies=ASKS)

_NEW: Final = "/can-bo/thu-tien/hoan-tien-moi"
_FIELD: Final = "so_tien_"
_AMOUNT: Final = re.compile(r"[0-9]{1,15}")


@router.get(_NEW)
async def show_form(
    request: Request,
    session: Transaction,
    user: SignedIn,
    ma: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Show what can still go back of a dossier's fee, line by line."""
    if not ma:
        return render(request, "refund_new.html", **_form(typed_code=""))
    try:
        code = parse_dossier_code(ma)
        return await _show(request, session, user, code)
    except InvalidDossierCodeError as error:
        wrong = translate(error.title)
    except PayableNotFoundError:
        wrong = translate("Hồ sơ này không có khoản đã thu nào của cơ quan để hoàn trả.")
    form = _form(typed_code=ma, errors={"ma": wrong})
    return render(request, "refund_new.html", status=422, **form)


@router.post(_NEW)
async def ask_for_refund(
    request: Request, session: Transaction, user: SignedIn, cause: RequestCause
) -> Response:
    """Ask that a fee goes back; a second person decides."""
    form = {name: str(text).strip() for name, text in (await request.form()).items()}
    code = form.get("ma", "")
    reason, errors = await reason_typed(request)
    amounts = _amounts(form)
    if amounts is None or not any(amounts.values()):
        errors["amounts"] = translate("Ghi số tiền hoàn của ít nhất một dòng, bằng chữ số.")
    if form.get("ly_do") not in {each.value for each in LEGAL}:
        errors["ly_do"] = translate("Chọn một lý do.")
    if errors or amounts is None:
        return await _show(request, session, user, code, errors=errors, typed=form)
    shown = await refund_look.show_refundable(session, code, await agencies_seen(session, user))
    wanted = LegalRefund(shown.payable.id, amounts, RefundReason(form["ly_do"]), reason)
    acting = await acting_of(session, user, cause)
    try:
        made = await refunding.propose_legal(session, wanted, acting=acting)
    except RefundForbiddenError as error:
        errors = {"ly_do": f"{translate(RULES[error.prefix])} ({error.source})"}
    except (NothingToRefundError, RefundOpenError) as error:
        errors = {"amounts": translate(error.title)}
    else:
        target = f"{PATH}/{made[0]}" if len(made) == 1 else PATH
        return RedirectResponse(target, status_code=303)
    return await _show(request, session, user, code, errors=errors, typed=form)


@router.get(f"{_NEW}/tien/{{money_id}}")
async def show_money_form(
    request: Request, session: Transaction, user: SignedIn, money_id: UUID
) -> Response:
    """Show money that settles nothing, and ask why it goes back."""
    return await _show_money(request, session, user, money_id)


@router.post(f"{_NEW}/tien/{{money_id}}")
async def ask_for_money(
    request: Request, session: Transaction, user: SignedIn, cause: RequestCause, money_id: UUID
) -> Response:
    """Ask that money which settles nothing goes back."""
    reason, errors = await reason_typed(request)
    if errors:
        return await _show_money(request, session, user, money_id, errors=errors, typed=reason)
    acting = await acting_of(session, user, cause)
    made = await refunding.propose_surplus(session, money_id, reason=reason, acting=acting)
    return RedirectResponse(f"{PATH}/{made}", status_code=303)


async def _show(
    request: Request,
    session: AsyncSession,
    user: User,
    code: str,
    **typed: Any,  # noqa: ANN401 - what a refused form brings back
) -> Response:
    shown = await refund_look.show_refundable(session, code, await agencies_seen(session, user))
    form = _form(typed_code=code, shown=shown, **typed)
    return render(request, "refund_new.html", status=422 if typed.get("errors") else 200, **form)


async def _show_money(
    request: Request,
    session: AsyncSession,
    user: User,
    money_id: UUID,
    **typed: Any,  # noqa: ANN401 - what a refused form brings back
) -> Response:
    agencies = await agencies_seen(session, user)
    money = await refund_look.show_loose_money(session, money_id, agencies)
    return render(
        request,
        "refund_money.html",
        channels=CHANNELS,
        status=422 if typed.get("errors") else 200,
        money=money,
        action=f"{_NEW}/tien/{money_id}",
        list_path=PATH,
        **{"errors": {}, "typed": "", **typed},
    )


def _form(*, typed_code: str, **values: Any) -> dict[str, Any]:  # noqa: ANN401 - template values
    return {
        "typed_code": typed_code, "shown": None, "errors": {}, "typed": {}, "action": _NEW,
        "list_path": PATH, "rules": RULES, "field_prefix": _FIELD,
        "reasons": [(each.value, REASONS[each]) for each in LEGAL], **values,
    }  # fmt: skip


def _amounts(form: Mapping[str, str]) -> dict[UUID, int] | None:
    """Return what was typed by line, 0 where nothing was; None where something is no amount."""
    amounts: dict[UUID, int] = {}
    for name, text in form.items():
        if not name.startswith(_FIELD):
            continue
        digits = re.sub(r"[\s.]", "", text) or "0"
        try:
            line_id = UUID(name.removeprefix(_FIELD))
        except ValueError:
            return None
        if not _AMOUNT.fullmatch(digits):
            return None
        amounts[line_id] = int(digits)
    return amounts

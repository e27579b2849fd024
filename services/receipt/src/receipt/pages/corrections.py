"""Sửa biên lai sai: the forms of a notice 04/SS-CTĐT and of a replacement; both are requests."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from receipt.domain.corrections import (
    Correctable,
    TypedNotice,
    TypedReplacement,
    corrections_of,
    replacement_payer,
)
from receipt.domain.errors import NothingLeftError, NothingPrintedError
from receipt.pages.frame import (
    ASKS,
    PATH,
    REASONS,
    acting_of,
    fault_words,
    reason_errors,
)
from receipt.use_cases import noticing, replacing
from receipt.use_cases.acting import correctable
from shared.approvals import AlreadyRequestedError
from shared.contracts.envelope import Cause
from shared.contracts.receipt import ReplacementReason
from shared.web.identity import SignedIn, User
from shared.web.pages import render, translate
from shared.web.request import RequestCause, Transaction, database_of

router = APIRouter(include_in_schema=False)

_NOTICE: Final = f"{PATH}/{{receipt_id}}/sai-sot"
_REPLACEMENT: Final = f"{PATH}/{{receipt_id}}/thay-the"
_NOTICE_FIELDS: Final = ("name", "address", "words", "other_printed", "other_right", "reason")
_REPLACEMENT_FIELDS: Final = ("reason_code", "name", "address", "tax_code", "reason")

Typed = dict[str, str]
"""What a form carried, by field; it comes back when something is wrong."""


@router.get(_NOTICE, dependencies=ASKS)
async def show_notice_form(
    request: Request, session: Transaction, user: SignedIn, cause: RequestCause, receipt_id: UUID
) -> Response:
    """Show what is printed, and where to write what it should read."""
    receipt = await _read(session, user, cause, receipt_id)
    return _form(request, "notice_new.html", receipt, dict.fromkeys(_NOTICE_FIELDS, ""))


@router.post(_NOTICE, dependencies=ASKS)
async def ask_for_notice(
    request: Request, user: SignedIn, cause: RequestCause, receipt_id: UUID
) -> Response:
    """Ask for a notice of what is wrong; a second person decides."""
    typed = await _typed(request, _NOTICE_FIELDS)
    async with database_of(request).transaction() as session:
        receipt = await _read(session, user, cause, receipt_id)
    wanted, faults = corrections_of(
        receipt,
        TypedNotice(
            typed["name"], typed["address"], bool(typed["words"]),
            typed["other_printed"], typed["other_right"],
        ),
    )  # fmt: skip
    errors = fault_words(faults) | reason_errors(typed["reason"])
    try:
        if not errors:
            async with database_of(request).transaction() as session:
                acting = await acting_of(session, user, cause)
                approval_id = await noticing.ask(
                    session, receipt_id, wanted, typed["reason"], acting=acting
                )
            return RedirectResponse(f"{PATH}/de-nghi/{approval_id}", status_code=303)
    except (NothingPrintedError, AlreadyRequestedError) as error:
        errors = {"form": translate(error.title)}
    return _form(request, "notice_new.html", receipt, typed, errors)


@router.get(_REPLACEMENT, dependencies=ASKS)
async def show_replacement_form(
    request: Request, session: Transaction, user: SignedIn, cause: RequestCause, receipt_id: UUID
) -> Response:
    """Show what the new receipt would say, filled with what is printed."""
    receipt = await _read(session, user, cause, receipt_id)
    payer = receipt.payer
    typed = {
        "reason_code": ReplacementReason.WRONG_TAX_CODE.value, "name": payer.name,
        "address": payer.address or "", "tax_code": payer.tax_code or "", "reason": "",
    }  # fmt: skip
    return _form(request, "replacement_new.html", receipt, typed)


@router.post(_REPLACEMENT, dependencies=ASKS)
async def ask_for_replacement(
    request: Request, user: SignedIn, cause: RequestCause, receipt_id: UUID
) -> Response:
    """Ask for a receipt in the place of this one; a second person decides."""
    typed = await _typed(request, _REPLACEMENT_FIELDS)
    async with database_of(request).transaction() as session:
        receipt = await _read(session, user, cause, receipt_id)
    reason_code = next((each for each in REASONS if each.value == typed["reason_code"]), None)
    payer, faults = replacement_payer(
        receipt,
        TypedReplacement(reason_code, typed["name"], typed["address"], typed["tax_code"]),
    )
    errors = fault_words(faults) | reason_errors(typed["reason"])
    try:
        if reason_code is not None and not errors:
            async with database_of(request).transaction() as session:
                acting = await acting_of(session, user, cause)
                approval_id = await replacing.ask(
                    session, receipt_id, (payer, reason_code), typed["reason"], acting=acting
                )
            return RedirectResponse(f"{PATH}/de-nghi/{approval_id}", status_code=303)
    except (NothingLeftError, AlreadyRequestedError) as error:
        errors = {"form": translate(error.title)}
    return _form(request, "replacement_new.html", receipt, typed, errors)


async def _read(session: AsyncSession, user: User, cause: Cause, receipt_id: UUID) -> Correctable:
    acting = await acting_of(session, user, cause)
    return await correctable(session, receipt_id, acting=acting, lock=False)


async def _typed(request: Request, fields: tuple[str, ...]) -> Typed:
    form = await request.form()
    return {name: str(form.get(name, "")).strip() for name in fields}


def _form(
    request: Request,
    template: str,
    receipt: Correctable,
    typed: Typed,
    errors: dict[str, str] | None = None,
) -> Response:
    return render(
        request,
        template,
        status=422 if errors else 200,
        receipt=receipt,
        fact=receipt.fact,
        typed=typed,
        errors=errors or {},
        printed={field.value: text for field, text in receipt.printed.items()},
        reasons=[(code.value, translate(words)) for code, words in REASONS.items()],
        path=PATH,
    )

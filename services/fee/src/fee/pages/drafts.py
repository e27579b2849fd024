"""*Biểu phí*, for the administrator: drafting by form and by file."""

from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import UploadFile
from starlette.responses import HTMLResponse, RedirectResponse, Response

from fee.domain.checking import Fault, TariffFaultError
from fee.domain.tariff import Tariff, TariffTrigger
from fee.pages.tariff_words import choices, fault_words, faults_by_field, labels
from fee.pages.tariffs import PATH, TariffCode, tariff_url
from fee.schemas.tariff_lines import (
    COLUMNS,
    MAX_FILE_BYTES,
    MAX_ROWS,
    ReadFile,
    ReadLine,
    cells_of,
    read_file,
    read_line,
)
from fee.use_cases import drafts, requests
from fee.use_cases.requests import Acting
from fee.use_cases.tariffs import next_code, read_history
from shared.approvals import Person
from shared.clock import utc_now
from shared.contracts.envelope import Cause
from shared.days import vietnam_day
from shared.web.identity import Role, SignedIn, User, allow
from shared.web.pages import render, translate
from shared.web.request import RequestCause, Transaction, body_limit

router: Final = APIRouter()

_WRITES: Final = allow(Role.ADMINISTRATOR)
_SHOWN_FAULTS: Final = 200
_LIMIT: Final = body_limit(MAX_FILE_BYTES + 4096)
REASON_MIN: Final = 3
REASON_MAX: Final = 500


@dataclass(frozen=True)
class Handed:
    """A file that was handed in, and what came of it."""

    found: ReadFile = field(default_factory=ReadFile)
    wrong: list[dict[str, Any]] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    unchanged: int = 0


@router.get(f"{PATH}/moi", dependencies=[_WRITES])
async def show_form(request: Request, session: Transaction) -> HTMLResponse:
    """Show the form of a new tariff; what the address states is filled in."""
    stated = {name: request.query_params.get(name, "")[:500] for name in COLUMNS}
    usual = {
        "tariff_code": await next_code(session),
        "channel": "both",
        "rule": "flat",
        "unit": "dossier",
        "from_quantity": "1",
        "certainty": "to_confirm",
    }
    typed = {name: stated[name] or usual.get(name, "") for name in COLUMNS}
    return _form(request, typed, action=f"{PATH}/moi")


@router.post(f"{PATH}/moi", dependencies=[_WRITES])
async def draft(request: Request, session: Transaction, user: SignedIn) -> Response:
    """Take a new draft in, or show the form again with what is wrong."""
    typed = await _typed(request)
    line = read_line(typed)
    try:
        tariff = _whole(line)
        await drafts.draft_tariff(session, tariff, by=person_of(user), now=utc_now())
    except TariffFaultError as error:
        return _form(request, typed, action=f"{PATH}/moi", faults=error.faults)
    return RedirectResponse(tariff_url(tariff.code), status_code=303)


@router.get(f"{PATH}/muc/{{tariff_code}}/sua", dependencies=[_WRITES])
async def show_draft(
    request: Request, session: Transaction, tariff_code: TariffCode
) -> HTMLResponse:
    """Show the form of a draft that may still be changed."""
    found = await read_history(session, tariff_code, today=vietnam_day(utc_now()))
    found.check(TariffTrigger.EDIT)
    typed = cells_of(found.tariff)
    return _form(request, typed, action=f"{tariff_url(tariff_code)}/sua", code=tariff_code)


@router.post(f"{PATH}/muc/{{tariff_code}}/sua", dependencies=[_WRITES])
async def edit(
    request: Request, session: Transaction, user: SignedIn, tariff_code: TariffCode
) -> Response:
    """Change a draft, or show the form again with what is wrong."""
    typed = await _typed(request) | {"tariff_code": tariff_code}
    try:
        tariff = _whole(read_line(typed))
        await drafts.edit_draft(session, tariff_code, tariff, by=person_of(user), now=utc_now())
    except TariffFaultError as error:
        action = f"{tariff_url(tariff_code)}/sua"
        return _form(request, typed, action=action, code=tariff_code, faults=error.faults)
    return RedirectResponse(tariff_url(tariff_code), status_code=303)


@router.post(f"{PATH}/muc/{{tariff_code}}/bo", dependencies=[_WRITES])
async def discard(
    session: Transaction, user: SignedIn, tariff_code: TariffCode
) -> RedirectResponse:
    """Give a draft up."""
    await drafts.discard_draft(session, tariff_code, by=person_of(user), now=utc_now())
    return RedirectResponse(tariff_url(tariff_code), status_code=303)


@router.get(f"{PATH}/nhap", dependencies=[_WRITES])
async def show_import(request: Request) -> HTMLResponse:
    """Show where a file is handed in."""
    return _import_page(request, Handed())


@router.post(f"{PATH}/nhap", dependencies=[_WRITES, _LIMIT])
async def take_file(
    request: Request, session: Transaction, user: SignedIn, cause: RequestCause
) -> Response:
    """Take a file in as drafts and ask for their approval; with one fault nothing is taken."""
    async with request.form() as form:
        reason = str(form.get("reason", "")).strip()
        upload = form.get("file")
        data = await upload.read() if isinstance(upload, UploadFile) else b""
    found = read_file(data)
    handed = Handed(found, await _wrong_lines(session, found), reason_errors(reason), reason)
    if found.faults or handed.wrong or handed.errors:
        return _import_page(request, handed)
    tariffs = [line.tariff for line in found.lines if line.tariff is not None]
    try:
        async with session.begin_nested():
            acting = acting_of(user, cause)
            approval_id = await _import(session, tariffs, reason=reason, acting=acting)
    except TariffFaultError as error:
        return _import_page(request, Handed(ReadFile(faults=error.faults), reason=reason))
    if approval_id is None:
        return _import_page(request, Handed(reason=reason, unchanged=len(tariffs)))
    return RedirectResponse(f"{PATH}/de-nghi/{approval_id}", status_code=303)


async def _import(
    session: AsyncSession, tariffs: list[Tariff], *, reason: str, acting: Acting
) -> UUID | None:
    """Draft what is new and ask for its approval; None where every row is known as it stands."""
    new = await drafts.import_tariffs(session, tariffs, by=acting.by, now=acting.now)
    if not new:
        return None
    return await requests.request_publication(session, new, reason=reason, acting=acting)


def acting_of(user: User, cause: Cause) -> Acting:
    """Return who acts now."""
    return Acting(person_of(user), cause, utc_now())


def person_of(user: User) -> Person:
    """Return who acts."""
    return Person(user.subject, user.name)


def reason_errors(reason: str) -> dict[str, str]:
    """Return what is wrong with a reason, by field."""
    if len(reason) < REASON_MIN:
        return {"reason": translate("Ghi lý do, ít nhất 3 ký tự.")}
    if len(reason) > REASON_MAX:
        return {"reason": translate("Lý do dài nhất 500 ký tự.")}
    if not "".join(reason.split()).isprintable():
        return {"reason": translate("Lý do có ký tự không in được.")}
    return {}


async def _typed(request: Request) -> dict[str, str]:
    form = await request.form()
    return {name: text if isinstance(text := form.get(name, ""), str) else "" for name in COLUMNS}


def _whole(line: ReadLine) -> Tariff:
    if line.tariff is None or line.faults:
        raise TariffFaultError(*line.faults)
    return line.tariff


def _form(
    request: Request,
    typed: dict[str, str],
    *,
    action: str,
    code: str | None = None,
    faults: tuple[Fault, ...] = (),
) -> HTMLResponse:
    return render(
        request,
        "tariff_form.html",
        status=422 if faults else 200,
        typed=typed,
        action=action,
        code=code,
        back=tariff_url(code) if code else PATH,
        errors=faults_by_field(faults),
        labels=labels(),
        choices=choices(),
    )


async def _wrong_lines(session: AsyncSession, found: ReadFile) -> list[dict[str, Any]]:
    """Return what is wrong line by line: each alone, with the others, with the book."""
    read = [line for line in found.lines if line.tariff is not None and not line.faults]
    tariffs = [line.tariff for line in read if line.tariff is not None]
    beside = await drafts.faults_of(session, tariffs) if tariffs else {}
    faults = {line.number: line.faults for line in found.lines if line.faults}
    faults |= {read[place].number: each for place, each in beside.items()}
    codes = {line.number: line.code for line in found.lines}
    return [
        {"number": number, "code": codes[number], "column": fault.field, "text": fault_words(fault)}
        for number in sorted(faults)
        for fault in faults[number]
    ]


def _import_page(request: Request, handed: Handed) -> HTMLResponse:
    faults = handed.found.faults
    return render(
        request,
        "tariff_import.html",
        status=422 if faults or handed.wrong or handed.errors else 200,
        file_faults=[{"column": each.field, "text": fault_words(each)} for each in faults],
        wrong=handed.wrong[:_SHOWN_FAULTS],
        wrong_count=len(handed.wrong),
        line_count=len({each["number"] for each in handed.wrong}),
        total=len(handed.found.lines),
        errors=handed.errors,
        reason=handed.reason,
        unchanged=handed.unchanged,
        columns=labels(),
        values=choices(),
        max_rows=MAX_ROWS,
    )

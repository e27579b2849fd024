"""Xác minh biên lai: anyone may ask whether a receipt is ours, by place or by file."""

from dataclasses import dataclass, fields
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.background import BackgroundTask
from starlette.responses import HTMLResponse, RedirectResponse, Response

from receipt.adapters.file_store.chosen import store_of
from receipt.adapters.uploads.door import TAKES_A_FILE, check_file, handed_in
from receipt.adapters.uploads.reader import FileReader
from receipt.domain.checking import Result
from receipt.domain.errors import FileMissingError
from receipt.domain.places import Place, PlaceField, read_place
from receipt.settings import Settings
from receipt.use_cases import verify
from receipt.use_cases.verify import Checked
from shared.web.identity import public
from shared.web.limits import count_look_up, count_miss
from shared.web.pages import render
from shared.web.request import Transaction, settings_of

Configured = Annotated[Settings, Depends(settings_of(Settings))]

_FILE: Final = "tep"


@dataclass(frozen=True)
class Typed:
    """What was typed into *Xác minh biên lai*, as it is printed on the receipt."""

    mst: Annotated[str, Query(max_length=60)] = ""
    mau: Annotated[str, Query(max_length=60)] = ""
    ky_hieu: Annotated[str, Query(max_length=60)] = ""
    so: Annotated[str, Query(max_length=60)] = ""

    @property
    def is_nothing(self) -> bool:
        """Tell whether the form has just been opened."""
        return not any(getattr(self, field.name).strip() for field in fields(self))


@dataclass(frozen=True)
class Address:
    """The place that an address names, as it was typed or scanned."""

    tax_code: str
    form_symbol: str
    serial_symbol: str
    number: str


def check_router(reader: FileReader) -> APIRouter:
    """Return the pages of the public check; ``reader`` reads the files that are handed in."""
    router = APIRouter(include_in_schema=False)

    @router.get("/xac-minh", dependencies=[public()], response_model=None)
    async def ask(request: Request, typed: Annotated[Typed, Depends()]) -> Response:
        """Show the form; with symbols and number, lead to their own address."""
        if typed.is_nothing:
            page = _form(request, typed)
            page.background = BackgroundTask(reader.warm)
            return page
        place = read_place(typed.mst, typed.mau, typed.ky_hieu, typed.so)
        if not isinstance(place, Place):
            return _form(request, typed, wrong=place, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        return RedirectResponse(place.path, status_code=303)

    @router.post("/xac-minh", dependencies=[public(), TAKES_A_FILE], response_model=None)
    async def check_handed_in(request: Request, settings: Configured) -> Response:
        """Tell whether a PDF or XML is the receipt that we made; the file is not kept."""
        await count_look_up(request)
        try:
            content = await handed_in(request, _FILE)
        except FileMissingError:
            return _form(
                request, Typed(), is_file_missing=True, status=HTTPStatus.UNPROCESSABLE_ENTITY
            )
        checked = await check_file(request, reader, store_of(settings), content)
        if checked.receipt is None:
            await count_miss(request, _FILE)
        return _answer(request, checked, is_file=True)

    router.add_api_route(
        "/xac-minh/{tax_code}/{form_symbol}/{serial_symbol}/{number}",
        check,
        dependencies=[public()],
    )
    return router


async def check(
    request: Request,
    session: Transaction,
    typed: Annotated[Address, Depends()],
) -> HTMLResponse:
    """Tell whether this receipt is ours: what its QR opens. No personal data."""
    await count_look_up(request)
    place = read_place(typed.tax_code, typed.form_symbol, typed.serial_symbol, typed.number)
    checked = await verify.verify_place(session, place if isinstance(place, Place) else None)
    if checked.receipt is None:
        await count_miss(request, f"{typed.tax_code[:30]}-{typed.number[:30]}")
    status = HTTPStatus.NOT_FOUND if checked.receipt is None else HTTPStatus.OK
    return _answer(request, checked, status=status)


def _form(
    request: Request,
    typed: Typed,
    *,
    wrong: frozenset[PlaceField] = frozenset(),
    is_file_missing: bool = False,
    status: HTTPStatus = HTTPStatus.OK,
) -> HTMLResponse:
    return render(
        request,
        "check.html",
        status=status,
        typed=typed,
        wrong=wrong,
        is_file_missing=is_file_missing,
    )


def _answer(
    request: Request,
    checked: Checked,
    *,
    is_file: bool = False,
    status: HTTPStatus = HTTPStatus.OK,
) -> HTMLResponse:
    receipt = checked.receipt
    return render(
        request,
        "checked.html",
        status=status,
        result=checked.judgement.result,
        Result=Result,
        differences=checked.judgement.differences,
        problem=checked.judgement.problem,
        is_file=is_file,
        fact=None if receipt is None else receipt.fact,
        file=None if receipt is None else receipt.file,
        signature=checked.signature,
        receipt=receipt,
        notices=checked.notices,
    )

"""Xác minh biên lai: anyone may ask whether a receipt is ours."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from receipt.schemas import Place, Verdict, place_of, verification_of
from receipt.use_cases import look_up
from shared.web.identity import public
from shared.web.limits import LookUpLimit
from shared.web.pages import render
from shared.web.request import Transaction

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Typed:
    """What was typed into *Xác minh biên lai*, as it is printed on the receipt."""

    mst: Annotated[str, Query(max_length=30)] = ""
    mau: Annotated[str, Query(max_length=30)] = ""
    ky_hieu: Annotated[str, Query(max_length=30)] = ""
    so: Annotated[str, Query(max_length=30)] = ""


@dataclass(frozen=True)
class Address:
    """The place that an address names, as it was typed or scanned."""

    tax_code: str
    form_symbol: str
    serial_symbol: str
    number: str


@router.get("/xac-minh", dependencies=[public()], response_model=None)
async def ask(request: Request, typed: Annotated[Typed, Depends()]) -> Response:
    """Show the form; with symbols and number, lead to their own address."""
    if typed == Typed():
        return render(request, "check.html", typed=typed, wrong=False)
    place = place_of(typed.mst, typed.mau, typed.ky_hieu, typed.so)
    if place is None:
        return render(request, "check.html", status=422, typed=typed, wrong=True)
    return RedirectResponse(_path(place), status_code=303)


@router.get("/xac-minh/{tax_code}/{form_symbol}/{serial_symbol}/{number}", dependencies=[public()])
async def check(
    request: Request,
    session: Transaction,
    limits: LookUpLimit,
    typed: Annotated[Address, Depends()],
) -> HTMLResponse:
    """Tell whether this receipt is ours: what its QR opens. No personal data."""
    await limits.check(request)
    place = place_of(typed.tax_code, typed.form_symbol, typed.serial_symbol, typed.number)
    found = None
    if place is not None:
        symbols = (place.issuer_tax_code, place.form_symbol, place.serial_symbol)
        found = await look_up.verify(session, symbols, place.number)
    answer = verification_of(found)
    is_ours = answer.result is not Verdict.UNKNOWN
    if not is_ours:
        await limits.miss(request, f"{typed.tax_code[:30]}-{typed.number[:30]}")
    return render(
        request,
        "checked.html",
        status=200 if is_ours else 404,
        answer=answer,
        is_ours=is_ours,
        is_valid=answer.result is Verdict.VALID,
        fact=None if found is None else found.fact,
    )


def _path(place: Place) -> str:
    symbols = f"{place.issuer_tax_code}/{place.form_symbol}/{place.serial_symbol}"
    return f"/xac-minh/{symbols}/{place.number}"

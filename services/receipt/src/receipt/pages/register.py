"""Sổ biên lai: every number of a series with its state, on the page, as CSV, and to print."""

import csv
import io
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, StreamingResponse

from receipt.domain.register import Count, Entry, Period, Register, Totals, with_gaps
from receipt.pages.staff import reader_of
from receipt.use_cases import look_up, register
from receipt.use_cases import series as series_cases
from shared.clock import utc_now
from shared.days import in_vietnam
from shared.db.database import Database
from shared.web.identity import Role, SignedIn, allow
from shared.web.pages import render, translate
from shared.web.request import Transaction, database_of

router = APIRouter(
    dependencies=[allow(Role.ACCOUNTANT, Role.SUPERVISOR, Role.AUDITOR)], include_in_schema=False
)

PATH: Final = "/can-bo/bien-lai/so"
PAGE_SIZE: Final = 100
_EXPORT_SIZE: Final = 5_000
_LARGEST: Final = 99_999_999
_HEAD: Final = (
    "number", "issued_at", "dossier_code", "total_vnd", "status", "file", "replaced_by",
    "replaces", "receipt_id",
)  # fmt: skip


class Asked(BaseModel):
    """What of the register: which series, from which day to which, behind which number."""

    dai: UUID | None = None
    tu: Annotated[str, Field(max_length=10)] = ""
    den: Annotated[str, Field(max_length=10)] = ""
    after: Annotated[int, Field(ge=0, le=_LARGEST)] = 0


@router.get(PATH)
async def show(
    request: Request, session: Transaction, user: SignedIn, asked: Annotated[Asked, Query()]
) -> HTMLResponse:
    """Show the register of a series: that it is whole, its sums, and its numbers in order."""
    period, wrong = _period(asked)
    agencies = await look_up.agencies_of(session, reader_of(user))
    overview = await series_cases.overview(session, agencies, now=utc_now())
    chosen = asked.dai or next((each.series_id for each in overview.in_use), None)
    found: Register | None = None
    if chosen is not None:
        found = await register.show_register(
            session, chosen, agencies, period, page=(asked.after, PAGE_SIZE)
        )
    query = f"dai={chosen}&tu={period.first or ''}&den={period.last or ''}"
    return render(
        request,
        "register.html",
        status=422 if wrong else 200,
        series=overview.in_use,
        found=found,
        lines=_lines(found, asked.after, period),
        typed=(asked.tu, asked.den),
        wrong=wrong,
        path=PATH,
        file_url=f"{PATH}.csv?{query}",
        next_url=f"{PATH}?{query}&after={found.next_after}" if found and found.next_after else None,
        first_url=f"{PATH}?{query}" if asked.after else None,
    )


@router.get(f"{PATH}.csv")
async def export(
    request: Request, user: SignedIn, asked: Annotated[Asked, Query()]
) -> StreamingResponse:
    """Return the register as CSV; its last line says whether it is whole, so a cut file shows."""
    period, _ = _period(asked)
    database = database_of(request)
    async with database.transaction() as session:
        agencies = await look_up.agencies_of(session, reader_of(user))
        found = await register.show_register(
            session, asked.dai or UUID(int=0), agencies, period, page=(0, 1)
        )
    symbols = found.series.symbols
    name = f"so-bien-lai-{symbols.form_symbol}-{symbols.serial_symbol}.csv"
    return StreamingResponse(
        _written(database, found, period),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def proof_sentence(count: Count) -> str:
    """Return whether the numbers are whole, in one sentence with its figures."""
    if not count.last_number and count.is_whole:
        return translate("Chưa cấp số nào.")
    if count.is_whole:
        return translate("Đủ từ 1 đến %(last)s.", last=f"{count.last_number:,}".replace(",", "."))
    return translate("Thiếu %(missing)s số.", missing=count.missing)


async def _written(database: Database, found: Register, period: Period) -> AsyncIterator[bytes]:
    yield b"\xef\xbb\xbf" + _csv([_HEAD])
    after, sums = 0, Totals(0, 0, 0, 0)
    while True:
        async with database.transaction() as session:
            entries = await register.read_entries(
                session, found.series.series_id, period, after=after, limit=_EXPORT_SIZE
            )
        if not entries:
            break
        yield _csv(_row(each) for each in entries)
        after = entries[-1].number
        sums = replace(
            sums,
            receipts=sums.receipts + len(entries),
            total_vnd=sums.total_vnd + sum(each.total_vnd for each in entries),
        )
    yield _csv([("", "", sums.receipts, sums.total_vnd, proof_sentence(found.count))])


def _lines(found: Register | None, after: int, period: Period) -> list[object]:
    if found is None:
        return []
    return list(with_gaps(found.entries, after, whole=period == Period()))


def _row(entry: Entry) -> tuple[object, ...]:
    return (
        entry.number, f"{in_vietnam(entry.issued_at):%Y-%m-%d %H:%M:%S}", entry.dossier_code,
        entry.total_vnd, entry.status.value, entry.file_status.value, entry.replaced_by or "",
        entry.replaces or "", entry.receipt_id,
    )  # fmt: skip


def _csv(rows: Iterable[tuple[object, ...]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()


def _period(asked: Asked) -> tuple[Period, str]:
    try:
        first, last = [date.fromisoformat(day) if day else None for day in (asked.tu, asked.den)]
    except ValueError:
        first = last = date.max
    if date.max in {first, last}:
        return Period(), translate("Ghi ngày có thật, như 24/11/2026.")
    return Period(first, last), ""

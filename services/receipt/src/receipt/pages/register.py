"""Sổ biên lai: every number of a series with its state, on the page, as CSV, and to print."""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, StreamingResponse

from receipt.domain.register import (
    Count,
    Fate,
    Filter,
    Period,
    Register,
    Reporting,
    with_gaps,
)
from receipt.domain.series import Series
from receipt.pages import register_words as words
from receipt.pages.staff import reader_of
from receipt.use_cases import look_up, register
from receipt.use_cases import series as series_cases
from shared.clock import utc_now
from shared.db.database import Database
from shared.web.identity import Role, SignedIn, allow
from shared.web.pages import render, translate
from shared.web.request import Transaction, database_of
from shared.web.sheets import MARK, MEDIA_TYPE, as_csv, saved_as

router = APIRouter(
    dependencies=[allow(Role.ACCOUNTANT, Role.SUPERVISOR, Role.AUDITOR)], include_in_schema=False
)

PATH: Final = "/can-bo/bien-lai/so"
PAGE_SIZE: Final = 100
_EXPORT_SIZE: Final = 5_000
_LARGEST: Final = 99_999_999


class Asked(BaseModel):
    """What of the register: whose, which series, which days and states, behind which number."""

    don_vi: Annotated[str, Field(max_length=40)] = ""
    dai: UUID | None = None
    tu: Annotated[str, Field(max_length=10)] = ""
    den: Annotated[str, Field(max_length=10)] = ""
    trang_thai: Annotated[str, Field(max_length=20)] = ""
    bao: Annotated[str, Field(max_length=20)] = ""
    after: Annotated[int, Field(ge=0, le=_LARGEST)] = 0

    @property
    def query(self) -> str:
        """Return it as an address has it, the place in the list apart."""
        typed = self.model_dump(exclude={"after"}, exclude_defaults=True)
        return urlencode(typed)


@router.get(PATH)
async def show(
    request: Request, session: Transaction, user: SignedIn, asked: Annotated[Asked, Query()]
) -> HTMLResponse:
    """Show the register of a series: that it is whole, its sums, and its numbers in order."""
    wanted, wrong = _filter(asked)
    agencies = await look_up.agencies_of(session, reader_of(user))
    in_use = (await series_cases.overview(session, agencies, now=utc_now())).in_use
    theirs = [each for each in in_use if asked.don_vi in {"", each.agency_code}]
    asked.dai = _chosen(theirs, in_use, asked.dai)
    found: Register | None = None
    if asked.dai is not None:
        found = await register.show_register(
            session, asked.dai, agencies, wanted, page=(asked.after, PAGE_SIZE)
        )
    return render(
        request,
        "register.html",
        status=422 if wrong else 200,
        series=theirs,
        collectors=sorted({(each.agency_code, each.agency_name) for each in in_use}),
        found=found,
        lines=[] if found is None else list(with_gaps(found.entries, asked.after, wanted)),
        asked=asked,
        wanted=wanted,
        wrong=wrong,
        fates=words.FATES,
        reportings=words.REPORTINGS,
        reports=words.REPORTS,
        path=PATH,
        file_url=f"{PATH}.csv?{asked.query}",
        next_url=f"{PATH}?{asked.query}&after={found.next_after}"
        if found and found.next_after
        else None,
        first_url=f"{PATH}?{asked.query}" if asked.after else None,
    )


@router.get(f"{PATH}.csv")
async def export(
    request: Request, user: SignedIn, asked: Annotated[Asked, Query()]
) -> StreamingResponse:
    """Return the register as CSV; its last line says whether it is whole, so a cut file shows."""
    wanted, _ = _filter(asked)
    database = database_of(request)
    async with database.transaction() as session:
        agencies = await look_up.agencies_of(session, reader_of(user))
        found = await series_cases.show_series(session, asked.dai or UUID(int=0), agencies)
    symbols = found.symbols
    name = f"so-bien-lai-{symbols.form_symbol}-{symbols.serial_symbol}.csv"
    return StreamingResponse(
        _written(database, found, wanted), media_type=MEDIA_TYPE, headers=saved_as(name)
    )


def proof_sentence(count: Count) -> str:
    """Return whether the numbers are whole, in one sentence with its figures."""
    if not count.last_number and count.is_whole:
        return translate("Chưa cấp số nào.")
    if count.is_whole:
        return translate("Đủ từ 1 đến %(last)s.", last=f"{count.last_number:,}".replace(",", "."))
    return translate("Thiếu %(missing)s số.", missing=count.missing)


async def _written(database: Database, found: Series, wanted: Filter) -> AsyncIterator[bytes]:
    yield MARK + as_csv([[translate(title) for title in words.COLUMNS]])
    after, receipts, total_vnd, refunded_vnd = 0, 0, 0, 0
    while True:
        async with database.transaction() as session:
            entries = await register.read_entries(
                session, found.series_id, wanted, after=after, limit=_EXPORT_SIZE
            )
        if not entries:
            break
        yield as_csv(words.row(each) for each in entries)
        after = entries[-1].number
        receipts += len(entries)
        total_vnd += sum(each.total_vnd for each in entries)
        refunded_vnd += sum(each.refunded_vnd for each in entries)
    async with database.transaction() as session:
        shown = await register.show_overview(session, found.series_id, wanted)
    proof = proof_sentence(shown.count)
    yield as_csv([("", "", receipts, "", total_vnd, refunded_vnd, proof)])


def _chosen(theirs: Sequence[Series], in_use: Sequence[Series], asked: UUID | None) -> UUID | None:
    """Return the series to show: the one asked for, unless another collector was chosen."""
    elsewhere = {each.series_id for each in in_use} - {each.series_id for each in theirs}
    if asked is not None and asked not in elsewhere:
        return asked
    return next((each.series_id for each in theirs), None)


def _filter(asked: Asked) -> tuple[Filter, str]:
    """Return what was asked for, and what is wrong with its days; a strange state asks for all."""
    fate = Fate(asked.trang_thai) if asked.trang_thai in set(Fate) else None
    reporting = Reporting(asked.bao) if asked.bao in set(Reporting) else None
    try:
        first, last = [date.fromisoformat(day) if day else None for day in (asked.tu, asked.den)]
    except ValueError:
        first = last = date.max
    if date.max in {first, last}:
        return Filter(), translate("Ghi ngày có thật, như 24/11/2026.")
    return Filter(Period(first, last), fate, reporting), ""

"""*Biểu phí*: the book of tariffs as a list and as a file, and one tariff with its history."""

from datetime import date
from typing import Annotated, Any, Final
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import HTMLResponse, Response

from fee.domain.tariff import LIFECYCLE, TariffFilter, TariffPhase, TariffTrigger
from fee.domain.waiting import Missing
from fee.pages.history import history_entries
from fee.pages.tariff_words import TAGS, certainties, phase_words, phases, tariff_words
from fee.schemas.tariff_lines import write_file
from fee.use_cases import requests
from fee.use_cases.tariffs import (
    Listed,
    approved_tariffs,
    list_tariffs,
    missing_tariffs,
    read_history,
)
from shared.clock import utc_now
from shared.contracts.fee import Certainty
from shared.days import vietnam_day
from shared.db.tables import ApprovalRow
from shared.web.identity import Role, SignedIn, User, allow
from shared.web.pages import render, translate
from shared.web.request import Transaction

router: Final = APIRouter()

PATH: Final = "/can-bo/bieu-phi"
READERS: Final = (Role.ADMINISTRATOR, Role.SUPERVISOR, Role.AUDITOR)
_PAGE: Final = 50


TariffCode = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
"""A tariff's code in an address."""


class TariffQuery(BaseModel):
    """What is asked of the list; unknown words of a filter mean no filter."""

    model_config = ConfigDict(extra="ignore")

    tim: Annotated[str, Field(max_length=200)] = ""
    xac_minh: Annotated[str, Field(max_length=20)] = ""
    trang_thai: Annotated[str, Field(max_length=20)] = ""
    ngay: Annotated[str, Field(max_length=20)] = ""
    sau: Annotated[str, Field(max_length=64)] = ""

    def url(self, *, after: str, path: str = PATH) -> str:
        """Return the address of the page that begins after the tariff ``after``."""
        asked = self.model_dump() | {"sau": after}
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"{path}?{query}" if query else path

    def to_filter(self, day: date | None) -> TariffFilter:
        """Return what narrows the list."""
        certainty = self.xac_minh if self.xac_minh in set(Certainty) else None
        phase = self.trang_thai if self.trang_thai in set(TariffPhase) else None
        return TariffFilter(
            certainty=Certainty(certainty) if certainty else None,
            phase=TariffPhase(phase) if phase else None,
            in_force_on=day,
            after=self.sau if self.sau.isprintable() and self.sau else None,
            limit=_PAGE,
        )


@router.get(PATH, dependencies=[allow(*READERS)])
async def show_tariffs(
    request: Request,
    session: Transaction,
    user: SignedIn,
    asked: Annotated[TariffQuery, Query()],
) -> HTMLResponse:
    """Show the list with each row's law, dates and certainty, and what waits for somebody."""
    day, today = _day(asked.ngay), vietnam_day(utc_now())
    page = await list_tariffs(session, asked.to_filter(day), typed=asked.tim, today=today)
    return render(
        request,
        "tariffs.html",
        asked=asked,
        day_error=translate("Ghi ngày như 2026-11-24.") if asked.ngay and day is None else "",
        to_confirm=page.counts.get(Certainty.TO_CONFIRM, 0),
        total=sum(page.counts.values()),
        rows=shown_rows(page.lines),
        certainties=[("", translate("Tất cả")), *certainties()],
        phases=phases(),
        next_url=asked.url(after=page.next_after) if page.next_after else None,
        first_url=asked.url(after="") if asked.sau else None,
        file_url=asked.url(after="", path=f"{PATH}/xuat.csv"),
        may_write=Role.ADMINISTRATOR in user.roles,
        **await _awaited(session, asked),
    )


@router.get(f"{PATH}/xuat.csv", dependencies=[allow(*READERS)])
async def export_tariffs(session: Transaction, asked: Annotated[TariffQuery, Query()]) -> Response:
    """Hand out the approved tariffs that the list shows, as the file that can be handed in."""
    tariffs = await approved_tariffs(session, asked.to_filter(_day(asked.ngay)), typed=asked.tim)
    name = f"bieu-phi-{vietnam_day(utc_now())}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(write_file(tariffs), media_type="text/csv; charset=utf-8", headers=headers)


@router.get(f"{PATH}/muc/{{tariff_code}}", dependencies=[allow(*READERS)])
async def show_tariff(
    request: Request, session: Transaction, user: SignedIn, tariff_code: TariffCode
) -> HTMLResponse:
    """Show one tariff: what it says, whom it touches, who did what, and what may be done now."""
    return await answer_tariff(request, session, user, tariff_code)


async def answer_tariff(
    request: Request,
    session: AsyncSession,
    user: User,
    tariff_code: str,
    **typed: Any,  # noqa: ANN401 - what a refused form brings back
) -> HTMLResponse:
    """Answer with the page of one tariff; ``typed`` and ``errors`` come from a refused form."""
    found = await read_history(session, tariff_code, today=vietnam_day(utc_now()))
    may_act = Role.ADMINISTRATOR in user.roles and not found.is_asked
    return render(
        request,
        "tariff.html",
        status=422 if typed.get("errors") else 200,
        found=found,
        words=tariff_words(found.tariff),
        tag_words=(phase_words(found.phase), TAGS[found.phase]),
        touched=await requests.touched_by(session, [found.tariff]),
        first_day=found.tariff.valid_from,
        waiting=[row for row in found.requests if row.decided_at is None],
        entries=history_entries(found),
        neighbours=shown_rows(found.neighbours),
        may_edit=may_act and LIFECYCLE.allows(found.status, TariffTrigger.EDIT),
        may_end=may_act and LIFECYCLE.allows(found.status, TariffTrigger.SET_LAST_DAY),
        **{"errors": {}, "typed": {}, **typed},
    )


def shown_rows(lines: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - any sequence of Listed
    """Return lines of the list as a template shows them."""
    return [_shown(line) for line in lines]


def tariff_url(code: str) -> str:
    """Return the address of one tariff."""
    return f"{PATH}/muc/{quote(code, safe='')}"


def request_url(row: ApprovalRow) -> str:
    """Return the address of a request."""
    return f"{PATH}/de-nghi/{row.id}"


def _shown(line: Listed) -> dict[str, Any]:
    return {
        "tariff": line.tariff,
        "words": tariff_words(line.tariff),
        "phase": (phase_words(line.phase), TAGS[line.phase]),
        "url": tariff_url(line.tariff.code),
    }


async def _awaited(session: AsyncSession, asked: TariffQuery) -> dict[str, Any]:
    """Return what waits for its second person, and what dossiers wait for; on the first page."""
    if asked.sau:
        return {"open_requests": [], "missing": []}
    rows = await requests.open_requests(session)
    return {
        "open_requests": [(row, request_url(row)) for row in rows],
        "missing": [(each, _draft_url(each)) for each in await missing_tariffs(session)],
    }


def _draft_url(missing: Missing) -> str:
    known = {
        "fee_code": missing.fee_code,
        "fee_kind": missing.kind,
        "fee_name_vi": missing.name,
        "procedure_code": missing.procedure_code,
        "variant_code": missing.variant,
        "territory_code": missing.territory_code,
        "valid_from": vietnam_day(missing.filed_first).isoformat(),
    }
    return f"{PATH}/moi?{urlencode({name: text for name, text in known.items() if text})}"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

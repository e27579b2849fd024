"""Bảng kê: each day's 01/TH-BLĐT, what was sent of it, and sending it now."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import HTMLResponse, RedirectResponse, Response

from receipt.domain.daily_states import TableState, TableSummary
from receipt.pages.staff import reader_of
from receipt.pages.tax_words import LINES, refusal_words
from receipt.settings import Settings
from receipt.use_cases import close_day, daily_look, look_up, remake_day, send_day
from shared.clock import utc_now
from shared.days import vietnam_day
from shared.web.identity import Role, SignedIn, User, allow
from shared.web.pages import render, translate
from shared.web.request import Transaction, database_of, run_now, settings_of
from shared.web.sheets import saved_as, sheet_of

router = APIRouter(include_in_schema=False)
Configured = Annotated[Settings, Depends(settings_of(Settings))]

PATH: Final = "/can-bo/bien-lai/bang-ke"
_READS: Final = [allow(Role.ACCOUNTANT, Role.SUPERVISOR, Role.AUDITOR)]
_ACTS: Final = [allow(Role.ACCOUNTANT)]
_PAGE: Final = 40
_MOST_LINES: Final = 300
"""What a page shows of a day; all of it is in the CSV."""
_WAIT_SECONDS: Final = 8.0

STATES: Final = {
    TableState.OVERDUE: ("Quá hạn", "wrong"),
    TableState.REFUSED: ("Không được tiếp nhận", "wrong"),
    TableState.UNSIGNED: ("Chờ chứng thư số", "waiting"),
    TableState.AWAY: ("Chờ cơ quan thuế", "waiting"),
    TableState.SENT: ("Đã gửi, chờ tiếp nhận", "waiting"),
    TableState.NOT_SENT: ("Chưa gửi", "waiting"),
    TableState.ACCEPTED: ("Đã nhận", "done"),
    TableState.REMADE: ("Đã lập lại", "neutral"),
}
COLUMNS: Final = (
    ("stt", "STT"), ("ky_hieu_mau", "Ký hiệu mẫu"), ("ky_hieu", "Ký hiệu"), ("so", "Số"),
    ("ngay_lap", "Ngày lập"), ("ten_loai", "Tên loại phí, lệ phí"), ("so_tien", "Số tiền"),
    ("ty_gia", "Tỷ giá"), ("trang_thai", "Trạng thái"), ("ky_dieu_chinh", "Kỳ điều chỉnh"),
    ("bien_lai_lien_quan", "Biên lai liên quan"), ("giai_trinh", "Giải trình"),
    ("ghi_chu", "Ghi chú"),
)  # fmt: skip
"""The form's thirteen columns, in its order."""


@router.get(PATH, dependencies=_READS)
async def show_days(
    request: Request,
    session: Transaction,
    user: SignedIn,
    settings: Configured,
    before: date | None = None,
) -> HTMLResponse:
    """List the days with their state, and say what waits for whom since when."""
    now = utc_now()
    found = await daily_look.overview(
        session, await _agencies(session, user), before=before, limit=_PAGE
    )
    stuck: dict[TableState, list[TableSummary]] = {state: [] for state in TableState}
    for each in found.open_tables:
        stuck[each.state(now)].append(each)
    return render(
        request,
        "daily_tables.html",
        found=found,
        overdue=stuck[TableState.OVERDUE],
        refused=stuck[TableState.REFUSED],
        unsigned=stuck[TableState.UNSIGNED],
        due_today=[each for each in found.open_tables if each.is_due_today(now)],
        now=now,
        today=vietnam_day(now),
        closes_at=f"{settings.table_closes_at:%H:%M}",
        has_address=bool(settings.tax_url),
        may_act=Role.ACCOUNTANT in user.roles,
        is_first=before is None,
        next_before=found.tables[-1].day_on if len(found.tables) == _PAGE else None,
        states=STATES,
        path=PATH,
    )


@router.get(f"{PATH}/{{table_id}}", dependencies=_READS)
async def show_day(
    request: Request, session: Transaction, user: SignedIn, table_id: UUID
) -> HTMLResponse:
    """Show one day's table: its thirteen columns, each submission, and what changed since."""
    agencies = await _agencies(session, user)
    opened = await daily_look.open_table(session, table_id, agencies, limit=_MOST_LINES)
    return render(
        request,
        "daily_table.html",
        opened=opened,
        table=opened.table,
        columns=COLUMNS,
        line_states=LINES,
        refusal_words=refusal_words,
        requests=await remake_day.open_of(session, table_id, agencies),
        states=STATES,
        now=utc_now(),
        may_act=Role.ACCOUNTANT in user.roles,
        path=f"{PATH}/{table_id}",
    )


@router.get(f"{PATH}/{{table_id}}/bang-ke.csv", dependencies=_READS)
async def export(session: Transaction, user: SignedIn, table_id: UUID) -> Response:
    """Return the day's lines as CSV, each number as it counts now."""
    opened = await daily_look.open_table(session, table_id, await _agencies(session, user))
    lines = [[line[name] for name, _ in COLUMNS] for line in opened.lines]
    name = f"bang-ke-{opened.table.collector_code}-{opened.table.day_on}.csv"
    return sheet_of(name, [[translate(title) for _, title in COLUMNS], *lines])


@router.get(f"{PATH}/{{table_id}}/lan/{{supplement_no}}", dependencies=_READS)
async def show_sent(
    session: Transaction,
    user: SignedIn,
    table_id: UUID,
    supplement_no: Annotated[int, Path(ge=0, le=1_000_000)],
    ma: UUID | None = None,
) -> Response:
    """Return a submission as it was sent, signed; before that, and once refused, what it says.

    ``ma`` chooses one that was remade.
    """
    agencies = await _agencies(session, user)
    body = await daily_look.what_was_sent(
        session, table_id, agencies, supplement_no=supplement_no, submission_id=ma
    )
    kind = "xml" if body.startswith("<") else "json"
    name = f"bang-ke-{table_id}-{supplement_no}.{kind}"
    return Response(body.encode(), media_type=f"application/{kind}", headers=saved_as(name))


@router.post(f"{PATH}/lap", dependencies=_ACTS)
async def close_and_send(request: Request, user: SignedIn) -> RedirectResponse:
    """Make submissions of everything until now, and send them while the accountant waits."""
    async with database_of(request).transaction() as session:
        agencies = await _agencies(session, user)
        made = await close_day.close_now(session, agencies, now=utc_now())
    await _send(request, made)
    return RedirectResponse(PATH, status_code=303)


@router.post(f"{PATH}/{{table_id}}/gui", dependencies=_ACTS)
async def send_again(request: Request, user: SignedIn, table_id: UUID) -> RedirectResponse:
    """Send what the authority has not taken yet, at once: the same bytes, the same key."""
    async with database_of(request).transaction() as session:
        agencies = await _agencies(session, user)
        await daily_look.open_table(session, table_id, agencies, limit=1)
        due = await send_day.send_again(session, table_id, agencies, now=utc_now())
    await _send(request, due)
    return RedirectResponse(f"{PATH}/{table_id}", status_code=303)


async def _send(request: Request, submission_ids: Sequence[UUID]) -> None:
    for submission_id in submission_ids:
        await run_now(request, send_day.SEND, submission_id, _WAIT_SECONDS)


async def _agencies(session: AsyncSession, user: User) -> Collection[str]:
    return await look_up.agencies_of(session, reader_of(user))

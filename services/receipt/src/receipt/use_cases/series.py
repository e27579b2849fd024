"""Series of numbers: opened by rule, or registered, opened and closed by an administrator."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.errors import SeriesOpenError
from receipt.domain.issuing import Due
from receipt.domain.lifecycles import SERIES_LIFECYCLE, SeriesStatus, SeriesTrigger
from receipt.domain.series import (
    AwaitingNumber,
    NewSeries,
    Registration,
    Series,
    SeriesKey,
    by_rule,
    misses_next_year,
    next_year,
    oldest_open_year,
    opens_next_year,
)
from receipt.domain.symbols import with_ending
from receipt.repository import awaiting, look_ups, people
from receipt.repository import series as rows
from receipt.tables import SeriesRow
from shared.contracts.dossier import AgencyPublished
from shared.contracts.envelope import Cause
from shared.contracts.parts import FeeKind
from shared.contracts.receipt import SeriesClosed, SeriesOpened
from shared.days import vietnam_day
from shared.db.tables import AuditRow
from shared.ids import new_id
from shared.outbox import Emission, emit, emit_all

_SHOWN: Final = 50
"""Receipts without a number that the page lists one by one; the rest is counted."""


@dataclass(frozen=True)
class Acting:
    """An administrator: who, for which agencies, why we hear of it, and when."""

    subject: str
    agencies: Collection[str]
    cause: Cause
    now: datetime


@dataclass(frozen=True)
class Overview:
    """What the page of series shows."""

    series: list[Series]
    missing: list[NewSeries]
    """Next year's, past the day on which they should be open."""
    waiting: int
    """Receipts without a number."""
    oldest: list[AwaitingNumber]

    @property
    def in_use(self) -> list[Series]:
        """Return those that give numbers, or gave some."""
        return [s for s in self.series if s.status is SeriesStatus.OPEN or s.last_number]


async def publish_agency(
    session: AsyncSession,
    agency: AgencyPublished,
    *,
    sequence: int,
    cause: Cause,
    now: datetime,
) -> None:
    """Keep ``agency``, and open this year's series of phí and of lệ phí for it."""
    await people.store_agency(session, agency, sequence=sequence)
    day = vietnam_day(now)
    wanted = [
        by_rule(SeriesKey(day.year, agency.tax_code, kind), agency.agency_code, day)
        for kind in FeeKind
    ]
    await emit_all(session, await _open(session, wanted, cause=cause, now=now), now=now)


async def open_for(
    session: AsyncSession, due: Mapping[SeriesKey, Due], *, now: datetime
) -> list[Emission]:
    """Open by rule what ``due`` receipts need and nobody ever opened; return what is to be said."""
    day = vietnam_day(now)
    wanted = [
        by_rule(key, receipt.settled.payment.payee.agency_code, day) for key, receipt in due.items()
    ]
    cause = next(iter(due.values())).settled.cause
    return await _open(session, wanted, cause=cause, now=now)


async def keep_series(session: AsyncSession, *, cause: Cause, now: datetime) -> None:
    """Open next year's series from 15 December on, and close last year's after the turn."""
    said = await _open(session, await _due_next_year(session, now), cause=cause, now=now)
    closed = await rows.close_before(session, oldest_open_year(vietnam_day(now)), now=now)
    said += [Emission(_closed(each), cause, each.agency_code) for each in closed]
    await emit_all(session, said, now=now)


async def overview(session: AsyncSession, agencies: Collection[str], *, now: datetime) -> Overview:
    """Return the series of ``agencies``, what is missing, and what waits for a number."""
    waiting, oldest = await awaiting.list_waiting(session, agencies, limit=_SHOWN)
    missing = await _due_next_year(session, now) if misses_next_year(vietnam_day(now)) else []
    missing = [each for each in missing if each.agency_code in agencies]
    return Overview(await rows.list_series(session, agencies), missing, waiting, oldest)


async def alarms(session: AsyncSession, *, now: datetime) -> tuple[int, int]:
    """Return how many receipts have no number, and how many of next year's series are missing."""
    late = misses_next_year(vietnam_day(now))
    missing = await _due_next_year(session, now) if late else []
    return await awaiting.count_all(session), len(missing)


async def show_series(session: AsyncSession, series_id: UUID, agencies: Collection[str]) -> Series:
    """Return a series of ``agencies``; raise SeriesNotFoundError if they have none."""
    return await rows.find_series(session, series_id, agencies)


async def register(
    session: AsyncSession, wanted: NewSeries, registration: Registration, *, acting: Acting
) -> UUID:
    """Store a series with the tax authority's acceptance; it gives no number before it is open."""
    series_id = await rows.insert_registered(session, wanted, registration)
    row = await rows.lock(session, series_id, acting.agencies)
    _note(session, row, "series.register", acting, registration.reference)
    return series_id


async def record_registration(
    session: AsyncSession, series_id: UUID, registration: Registration, *, acting: Acting
) -> None:
    """Record the acceptance of a series that the rule opened."""
    row = await rows.lock(session, series_id, acting.agencies)
    row.registration = registration.reference
    row.registered_on = registration.accepted_on
    _note(session, row, "series.registration", acting, registration.reference)


async def open_series(session: AsyncSession, series_id: UUID, *, acting: Acting) -> None:
    """Let a registered series give numbers; what waited for one is numbered at once.

    Raises FaceValueError for one that was registered under a form with a face value.
    """
    row = await rows.lock(session, series_id, acting.agencies)
    status = SERIES_LIFECYCLE.next(row.status, SeriesTrigger.OPEN)
    with_ending(
        FeeKind(row.kind), date(row.year, 12, 31), row.serial_symbol[-2:],
        form_symbol=row.form_symbol,
    )  # fmt: skip
    if await rows.other_is_open(session, row):
        raise SeriesOpenError
    row.status, row.opened_at, row.opened_by = status, acting.now, acting.subject
    _note(session, row, "series.open", acting, None)
    await session.flush()
    fact = _opened(row.id, NewSeries(_key(row), rows.shown(row).symbols, row.agency_code))
    await emit(session, fact, cause=acting.cause, agency=row.agency_code, now=acting.now)


async def close_series(
    session: AsyncSession, series_id: UUID, reason: str, *, acting: Acting
) -> None:
    """Let a series give no number any more; receipts that come wait for another one."""
    row = await rows.lock(session, series_id, acting.agencies)
    row.status = SERIES_LIFECYCLE.next(row.status, SeriesTrigger.CLOSE)
    row.closed_at = acting.now
    _note(session, row, "series.close", acting, reason)
    await session.flush()
    fact = _closed(rows.shown(row))
    await emit(session, fact, cause=acting.cause, agency=row.agency_code, now=acting.now)


async def _due_next_year(session: AsyncSession, now: datetime) -> list[NewSeries]:
    """Return next year's series that should be open now and are not even registered."""
    today = vietnam_day(now)
    if not opens_next_year(today):
        return []
    wanted = next_year(await rows.list_series(session, year=today.year), today)
    given = await rows.open_years(session, today.year + 1)
    ended = await rows.ended_agencies(session, date(today.year + 1, 1, 1))
    return [each for each in wanted if each.key not in given and each.agency_code not in ended]


async def _open(
    session: AsyncSession, wanted: Sequence[NewSeries], *, cause: Cause, now: datetime
) -> list[Emission]:
    if not wanted:
        return []
    opened = await rows.open_by_rule(session, wanted, now=now)
    return [
        Emission(_opened(series_id, each), cause, each.agency_code) for series_id, each in opened
    ]


def _opened(series_id: UUID, series: NewSeries) -> SeriesOpened:
    return SeriesOpened(
        series_id=series_id,
        tax_code=series.key.tax_code,
        form_symbol=series.symbols.form_symbol,
        serial_symbol=series.symbols.serial_symbol,
        year=series.key.year,
        kind=series.key.kind,
    )


def _closed(series: Series) -> SeriesClosed:
    return SeriesClosed(
        series_id=series.series_id,
        tax_code=series.key.tax_code,
        form_symbol=series.symbols.form_symbol,
        serial_symbol=series.symbols.serial_symbol,
        year=series.key.year,
        kind=series.key.kind,
    )


def _key(row: SeriesRow) -> SeriesKey:
    return SeriesKey(row.year, row.tax_code, FeeKind(row.kind))


def _note(
    session: AsyncSession, row: SeriesRow, act: str, acting: Acting, reason: str | None
) -> None:
    subject = f"{row.tax_code}/{row.form_symbol}/{row.serial_symbol}"
    note = AuditRow(
        id=new_id(), at=acting.now, actor=acting.subject, act=act, subject=subject,
        reason=reason, details={"series_id": str(row.id)},
    )  # fmt: skip
    look_ups.insert_audit(session, note)

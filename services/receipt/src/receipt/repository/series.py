"""Series of numbers: registered, opened by a person or by rule, closed, listed."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.errors import SeriesKnownError, SeriesNotFoundError
from receipt.domain.lifecycles import SERIES_LIFECYCLE, SeriesStatus
from receipt.domain.series import NewSeries, Registration, Series, SeriesKey
from receipt.domain.symbols import Symbols
from receipt.tables import AgencyRow, ReceiptFileRow, ReceiptRow, SeriesRow
from shared.contracts.parts import FeeKind
from shared.db import driver
from shared.ids import new_id

# What a person closed stays closed: the rule opens only where nothing was opened yet.
_OPEN_BY_RULE: Final = """
WITH wanted AS (
  SELECT w.* FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[],
                         $7::text[])
    AS w (id, year, tax_code, kind, form_symbol, serial_symbol, agency_code)
  WHERE NOT EXISTS (SELECT FROM series s WHERE s.year = w.year AND s.tax_code = w.tax_code
                      AND s.kind = w.kind AND s.status <> 'registered')
), registered AS (
  SELECT DISTINCT ON (year, tax_code, kind) s.id, year, tax_code, kind
  FROM series s JOIN wanted USING (year, tax_code, kind)
  WHERE s.status = 'registered' AND s.form_symbol = wanted.form_symbol
  ORDER BY year, tax_code, kind, s.id
), opened AS (
  UPDATE series s SET status = 'open', opened_at = $8 FROM registered r
  WHERE s.id = r.id AND s.status = 'registered'
  RETURNING s.id, s.year, s.tax_code, s.kind, s.form_symbol, s.serial_symbol, s.agency_code
), made AS (
  INSERT INTO series (id, year, tax_code, kind, form_symbol, serial_symbol, agency_code,
                      opened_at, status, registration, registered_on)
  SELECT w.*, $8, 'open', k.registration, k.registered_on
  FROM wanted w
  LEFT JOIN LATERAL (
    SELECT s.registration, s.registered_on FROM series s
    WHERE s.tax_code = w.tax_code AND s.registration IS NOT NULL
    ORDER BY s.registered_on DESC LIMIT 1
  ) k ON true
  WHERE NOT EXISTS (SELECT FROM registered r WHERE r.year = w.year AND r.tax_code = w.tax_code
                      AND r.kind = w.kind)
  ORDER BY w.year, w.tax_code, w.kind
  ON CONFLICT DO NOTHING
  RETURNING id, year, tax_code, kind, form_symbol, serial_symbol, agency_code
)
SELECT * FROM opened UNION ALL SELECT * FROM made
"""


async def open_by_rule(
    session: AsyncSession, wanted: Sequence[NewSeries], *, now: datetime
) -> list[tuple[UUID, NewSeries]]:
    """Open those of ``wanted`` of whose kind and year nothing was ever open; return them.

    A registered one is opened, under its own symbols, before another is made.
    """
    rows = await driver.fetch(
        session,
        _OPEN_BY_RULE,
        [new_id() for _ in wanted],
        [each.key.year for each in wanted],
        [each.key.tax_code for each in wanted],
        [each.key.kind.value for each in wanted],
        [each.symbols.form_symbol for each in wanted],
        [each.symbols.serial_symbol for each in wanted],
        [each.agency_code for each in wanted],
        now,
    )
    return [(UUID(str(row["id"])), _new(row)) for row in rows]


async def insert_registered(
    session: AsyncSession, wanted: NewSeries, registration: Registration
) -> UUID:
    """Store a series that gives no number yet; raise SeriesKnownError if its symbols are taken."""
    statement = (
        insert(SeriesRow)
        .values(
            id=new_id(),
            year=wanted.key.year,
            tax_code=wanted.key.tax_code,
            kind=wanted.key.kind,
            form_symbol=wanted.symbols.form_symbol,
            serial_symbol=wanted.symbols.serial_symbol,
            agency_code=wanted.agency_code,
            status=SERIES_LIFECYCLE.initial,
            registration=registration.reference,
            registered_on=registration.accepted_on,
        )
        .on_conflict_do_nothing()
        .returning(SeriesRow.id)
    )
    series_id = await session.scalar(statement)
    if series_id is None:
        raise SeriesKnownError
    return series_id


async def lock(session: AsyncSession, series_id: UUID, agencies: Collection[str]) -> SeriesRow:
    """Return a series of ``agencies``, locked; raise SeriesNotFoundError if they have none."""
    row = await session.scalar(
        select(SeriesRow)
        .where(SeriesRow.id == series_id, SeriesRow.agency_code.in_(agencies))
        .with_for_update()
    )
    if row is None:
        raise SeriesNotFoundError
    return row


async def other_is_open(session: AsyncSession, row: SeriesRow) -> bool:
    """Tell whether another series of the same collector, kind and year gives numbers."""
    found = await session.scalar(
        select(SeriesRow.id).where(
            SeriesRow.tax_code == row.tax_code,
            SeriesRow.kind == row.kind,
            SeriesRow.year == row.year,
            SeriesRow.status == SeriesStatus.OPEN,
            SeriesRow.id != row.id,
        )
    )
    return found is not None


async def close_before(session: AsyncSession, year: int, *, now: datetime) -> list[Series]:
    """Close what is open of the years before ``year``; return it."""
    statement = (
        update(SeriesRow)
        .where(SeriesRow.year < year, SeriesRow.status == SeriesStatus.OPEN)
        .values(status=SeriesStatus.CLOSED, closed_at=now)
        .returning(SeriesRow)
    )
    return [shown(row) for row in await session.scalars(statement)]


async def list_series(
    session: AsyncSession, collectors: Collection[str] | None = None, *, year: int | None = None
) -> list[Series]:
    """Return the series of ``collectors`` (None: all), newest year first, with unmade files."""
    waiting = (
        select(ReceiptRow.series_id, func.count().label("count"))
        .join(ReceiptFileRow, ReceiptFileRow.receipt_id == ReceiptRow.id)
        .where(ReceiptFileRow.due_at.is_not(None))
        .group_by(ReceiptRow.series_id)
        .subquery()
    )
    statement = (
        select(SeriesRow, AgencyRow.name, func.coalesce(waiting.c.count, 0))
        .outerjoin(waiting, waiting.c.series_id == SeriesRow.id)
        .outerjoin(AgencyRow, AgencyRow.code == SeriesRow.agency_code)
        .order_by(SeriesRow.year.desc(), SeriesRow.agency_code, SeriesRow.serial_symbol)
    )
    if collectors is not None:
        statement = statement.where(SeriesRow.agency_code.in_(collectors))
    if year is not None:
        statement = statement.where(SeriesRow.year == year)
    rows = await session.execute(statement)
    return [shown(row, agency_name=name, waiting=count) for row, name, count in rows]


async def ended_agencies(session: AsyncSession, day: date) -> set[str]:
    """Return the agencies whose last day is before ``day``."""
    return set(await session.scalars(select(AgencyRow.code).where(AgencyRow.valid_to < day)))


async def find_series(session: AsyncSession, series_id: UUID, agencies: Collection[str]) -> Series:
    """Return a series of ``agencies``; raise SeriesNotFoundError if they have none."""
    row = (
        await session.execute(
            select(SeriesRow, AgencyRow.name)
            .outerjoin(AgencyRow, AgencyRow.code == SeriesRow.agency_code)
            .where(SeriesRow.id == series_id, SeriesRow.agency_code.in_(agencies))
        )
    ).one_or_none()
    if row is None:
        raise SeriesNotFoundError
    return shown(row[0], agency_name=row[1])


async def open_years(session: AsyncSession, year: int) -> set[SeriesKey]:
    """Return for which collectors and kinds a series of ``year`` was ever opened."""
    rows = await session.execute(
        select(SeriesRow.tax_code, SeriesRow.kind).where(
            SeriesRow.year == year, SeriesRow.status != SeriesStatus.REGISTERED
        )
    )
    return {SeriesKey(year, tax_code, FeeKind(kind)) for tax_code, kind in rows}


def shown(row: SeriesRow, *, agency_name: str | None = None, waiting: int = 0) -> Series:
    """Return a row as it is shown."""
    registration = None
    if row.registration is not None and row.registered_on is not None:
        registration = Registration(row.registration, row.registered_on)
    return Series(
        series_id=row.id,
        key=SeriesKey(row.year, row.tax_code, FeeKind(row.kind)),
        symbols=Symbols(row.form_symbol, row.serial_symbol),
        agency_code=row.agency_code,
        agency_name=agency_name or row.agency_code,
        status=SeriesStatus(row.status),
        last_number=row.last_number,
        last_issued_at=row.last_issued_at if row.last_number else None,
        registration=registration,
        opened_at=row.opened_at,
        opened_by_rule=row.opened_by is None and row.opened_at is not None,
        closed_at=row.closed_at,
        waiting=waiting,
    )


def _new(row: Mapping[str, Any]) -> NewSeries:
    return NewSeries(
        SeriesKey(row["year"], row["tax_code"], FeeKind(row["kind"])),
        Symbols(row["form_symbol"], row["serial_symbol"]),
        row["agency_code"],
    )

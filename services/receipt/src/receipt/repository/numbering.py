"""Series and numbers: a whole poll in a few plain statements (performance.md 3)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.issuing import SeriesKey
from receipt.domain.lifecycles import FILE_LIFECYCLE, LIFECYCLE, PAYER_WAIT
from receipt.domain.symbols import Symbols
from shared.contracts.parts import FeeKind
from shared.db import driver
from shared.ids import new_id


@dataclass(frozen=True)
class SeriesLock:
    """A series whose next numbers are ours until the transaction ends."""

    series_id: UUID
    last_number: int
    last_issued_at: datetime


@dataclass(frozen=True)
class NewReceipt:
    """One line of ``receipt``, and of ``receipt_file``."""

    receipt_id: UUID
    payment_id: UUID
    kind: FeeKind
    dossier_code: str
    agency_code: str
    collector_code: str
    series_id: UUID
    number: int
    total_vnd: int
    issued_at: datetime
    fact: str
    """The JSON of the data of ReceiptIssued."""
    correlation_id: UUID
    causation_id: UUID


_WANTED: Final = """
WITH wanted AS (
  SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[])
    AS w (year, tax_code, form_symbol, serial_symbol)
)
SELECT s.id, s.year, s.tax_code, s.form_symbol, s.serial_symbol, s.kind,
       s.last_number, s.last_issued_at
FROM series s JOIN wanted USING (year, tax_code, form_symbol, serial_symbol)
"""
_FIND: Final = _WANTED
# Locked in one order, so that two polls that share series never wait for each other in a circle.
_LOCK: Final = _WANTED + "ORDER BY s.year, s.id FOR UPDATE OF s"
_OPEN: Final = """
INSERT INTO series (id, year, tax_code, form_symbol, serial_symbol, kind, agency_code, opened_at)
SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[],
                     $7::text[], $8::timestamptz[])
ORDER BY 2, 3, 4, 5
ON CONFLICT (tax_code, form_symbol, serial_symbol, year) DO NOTHING
RETURNING id, year, tax_code, form_symbol, serial_symbol, kind
"""
_NUMBERED: Final = """
SELECT r.payment_id, r.kind
FROM unnest($1::uuid[], $2::text[]) AS due (payment_id, kind)
JOIN receipt r ON r.payment_id = due.payment_id AND r.kind = due.kind AND r.replaces IS NULL
"""
_STORE: Final = """
WITH counter AS (
  UPDATE series s SET last_number = c.last_number, last_issued_at = c.last_issued_at
  FROM unnest($1::uuid[], $2::bigint[], $3::timestamptz[])
       AS c (id, last_number, last_issued_at)
  WHERE s.id = c.id
), numbered AS (
  SELECT n.*, p.payer
  FROM unnest($4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[], $10::uuid[],
              $11::bigint[], $12::bigint[], $13::timestamptz[], $14::text[], $15::uuid[],
              $16::uuid[])
       AS n (id, payment_id, kind, dossier_code, agency_code, collector_code, series_id, number,
             total_vnd, issued_at, fact, correlation_id, causation_id)
  LEFT JOIN party p ON p.dossier_code = n.dossier_code
), stored AS (
  INSERT INTO receipt (id, payment_id, kind, dossier_code, agency_code, collector_code, series_id,
                       number, total_vnd, issued_at, fact, correlation_id, causation_id, payer,
                       status)
  SELECT id, payment_id, kind, dossier_code, agency_code, collector_code, series_id, number,
         total_vnd, issued_at, fact::jsonb, correlation_id, causation_id, payer, $17
  FROM numbered
  RETURNING id
)
INSERT INTO receipt_file (receipt_id, status, issued_at, due_at)
SELECT id, $18, issued_at,
       issued_at + CASE WHEN payer IS NULL THEN $19::interval ELSE interval '0' END
FROM numbered
"""


async def find_series(session: AsyncSession, keys: Collection[SeriesKey]) -> set[SeriesKey]:
    """Return those of ``keys`` that are open; nothing is locked."""
    rows = await driver.fetch(session, _FIND, *_columns(keys))
    return {_key(row) for row in rows}


async def open_series(
    session: AsyncSession, agencies: Mapping[SeriesKey, str], *, now: datetime
) -> list[tuple[UUID, SeriesKey]]:
    """Open the series of ``agencies``, each for its collector; return those that are new."""
    keys = list(agencies)
    rows = await driver.fetch(
        session,
        _OPEN,
        [new_id() for _ in keys],
        *_columns(keys),
        [key.kind.value for key in keys],
        [agencies[key] for key in keys],
        [now] * len(keys),
    )
    return [(UUID(str(row["id"])), _key(row)) for row in rows]


async def lock_series(
    session: AsyncSession, keys: Collection[SeriesKey]
) -> dict[SeriesKey, SeriesLock]:
    """Lock the series of ``keys`` until the transaction ends."""
    rows = await driver.fetch(session, _LOCK, *_columns(keys))
    return {
        _key(row): SeriesLock(UUID(str(row["id"])), row["last_number"], row["last_issued_at"])
        for row in rows
    }


async def find_numbered(
    session: AsyncSession, natural_keys: Sequence[tuple[UUID, FeeKind]]
) -> set[tuple[UUID, FeeKind]]:
    """Return those of ``natural_keys`` that have their receipt; call it under the series' lock."""
    rows = await driver.fetch(
        session,
        _NUMBERED,
        [payment_id for payment_id, _ in natural_keys],
        [kind.value for _, kind in natural_keys],
    )
    return {(UUID(str(row["payment_id"])), FeeKind(row["kind"])) for row in rows}


async def store_receipts(
    session: AsyncSession,
    receipts: Sequence[NewReceipt],
    counters: Mapping[UUID, tuple[int, datetime]],
) -> None:
    """Store ``receipts`` with their payers where known, their file rows, and the counters."""
    columns = zip(*(_values(receipt) for receipt in receipts), strict=True)
    await driver.execute(
        session,
        _STORE,
        list(counters),
        [last_number for last_number, _ in counters.values()],
        [last_issued_at for _, last_issued_at in counters.values()],
        *(list(column) for column in columns),
        LIFECYCLE.initial.value,
        FILE_LIFECYCLE.initial.value,
        PAYER_WAIT,
    )


def _values(receipt: NewReceipt) -> tuple[object, ...]:
    return (
        receipt.receipt_id, receipt.payment_id, receipt.kind.value, receipt.dossier_code,
        receipt.agency_code, receipt.collector_code, receipt.series_id, receipt.number,
        receipt.total_vnd, receipt.issued_at, receipt.fact, receipt.correlation_id,
        receipt.causation_id,
    )  # fmt: skip


def _columns(keys: Collection[SeriesKey]) -> tuple[list[object], ...]:
    return (
        [key.year for key in keys],
        [key.tax_code for key in keys],
        [key.symbols.form_symbol for key in keys],
        [key.symbols.serial_symbol for key in keys],
    )


def _key(row: Mapping[str, object]) -> SeriesKey:
    symbols = Symbols(str(row["form_symbol"]), str(row["serial_symbol"]))
    year, kind = int(str(row["year"])), FeeKind(str(row["kind"]))
    return SeriesKey(year, str(row["tax_code"]), symbols, kind)

"""Series and numbers: a whole poll in a few plain statements (performance.md 3)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.lifecycles import FILE_LIFECYCLE, LIFECYCLE, PAYER_WAIT
from receipt.domain.series import SeriesKey
from receipt.domain.symbols import Symbols
from shared.contracts.parts import FeeKind
from shared.db import driver


@dataclass(frozen=True)
class SeriesLock:
    """A series whose next numbers are ours until the transaction ends."""

    series_id: UUID
    symbols: Symbols
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


# Locked in one order, so that two polls that share series never wait for each other in a circle;
# and all or none, so that whoever has to open one first holds no lock meanwhile.
_LOCK: Final = """
WITH wanted AS (
  SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[]) AS w (year, tax_code, kind)
), open AS (
  SELECT s.id FROM series s JOIN wanted USING (year, tax_code, kind) WHERE s.status = 'open'
)
SELECT s.id, s.year, s.tax_code, s.kind, s.form_symbol, s.serial_symbol,
       s.last_number, s.last_issued_at
FROM series s JOIN wanted USING (year, tax_code, kind)
WHERE s.status = 'open' AND ($4 OR (SELECT count(*) FROM open) = cardinality($1))
ORDER BY s.year, s.id FOR UPDATE OF s
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


async def lock_series(
    session: AsyncSession, keys: Collection[SeriesKey], *, some: bool = False
) -> dict[SeriesKey, SeriesLock]:
    """Lock the open series of ``keys`` until the transaction ends; none unless all are open.

    ``some``: lock those that are open, whatever the others are.
    """
    rows = await driver.fetch(
        session,
        _LOCK,
        [key.year for key in keys],
        [key.tax_code for key in keys],
        [key.kind.value for key in keys],
        some,
    )
    return {_key(row): _lock(row) for row in rows}


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


def _key(row: Mapping[str, object]) -> SeriesKey:
    return SeriesKey(int(str(row["year"])), str(row["tax_code"]), FeeKind(str(row["kind"])))


def _lock(row: Mapping[str, Any]) -> SeriesLock:
    symbols = Symbols(row["form_symbol"], row["serial_symbol"])
    return SeriesLock(UUID(str(row["id"])), symbols, row["last_number"], row["last_issued_at"])

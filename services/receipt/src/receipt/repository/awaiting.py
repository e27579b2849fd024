"""Receipts that are due and have no number yet (chờ cấp số)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.issuing import Due, Settled
from receipt.domain.series import AwaitingNumber, SeriesKey, Wait
from receipt.tables import AwaitingNumberRow
from shared.contracts.envelope import Cause
from shared.contracts.parts import FeeKind
from shared.contracts.payment import PaymentSettled
from shared.db import driver

# Those that could be numbered now: an open series has room, or none was ever opened.
_TAKE: Final = """
SELECT a.payment_id, a.kind, a.agency_code, a.fact::text AS fact, a.correlation_id, a.causation_id
FROM awaiting_number a
WHERE EXISTS (SELECT FROM series s WHERE s.tax_code = a.tax_code AND s.kind = a.kind
                AND s.year = $1 AND s.status = 'open' AND s.last_number < $2)
   OR NOT EXISTS (SELECT FROM series s WHERE s.tax_code = a.tax_code AND s.kind = a.kind
                    AND s.year = $1 AND s.status <> 'registered')
ORDER BY a.since, a.payment_id, a.kind LIMIT $3 FOR UPDATE OF a SKIP LOCKED
"""
_FORGET_NUMBERED: Final = """
DELETE FROM awaiting_number a USING receipt r
WHERE r.payment_id = a.payment_id AND r.kind = a.kind AND r.replaces IS NULL
  AND a.payment_id = ANY($1::uuid[])
"""


async def keep(
    session: AsyncSession, waiting: Sequence[tuple[Due, SeriesKey, Wait]], *, now: datetime
) -> None:
    """Keep receipts that wait for a series; what waits already goes on waiting."""
    rows: list[dict[str, Any]] = [_values(due, key, why, now) for due, key, why in waiting]
    statement = insert(AwaitingNumberRow).values(rows).on_conflict_do_nothing()
    await session.execute(statement)


async def take(
    session: AsyncSession, *, year: int, largest_number: int, limit: int
) -> list[Settled]:
    """Return settled payments that can be numbered now, oldest first, locked."""
    rows = await driver.fetch(session, _TAKE, year, largest_number, limit)
    found = {row["payment_id"]: row for row in rows}
    return [
        Settled(
            PaymentSettled.model_validate_json(row["fact"]),
            Cause(row["correlation_id"], row["causation_id"]),
            row["agency_code"],
        )
        for row in found.values()
    ]


async def forget_numbered(session: AsyncSession, settled: Sequence[Settled]) -> None:
    """Forget the waits of ``settled`` that are over."""
    ids = [each.payment.payment_id for each in settled]
    await driver.execute(session, _FORGET_NUMBERED, ids)


async def count_all(session: AsyncSession) -> int:
    """Return how many receipts have no number, of any collector."""
    return await session.scalar(select(func.count()).select_from(AwaitingNumberRow)) or 0


async def list_waiting(
    session: AsyncSession, collectors: Collection[str], *, limit: int
) -> tuple[int, list[AwaitingNumber]]:
    """Return how many receipts of ``collectors`` have no number, and the oldest of them."""
    theirs = AwaitingNumberRow.collector_code.in_(collectors)
    count = await session.scalar(select(func.count()).select_from(AwaitingNumberRow).where(theirs))
    rows = await session.scalars(
        select(AwaitingNumberRow).where(theirs).order_by(AwaitingNumberRow.since).limit(limit)
    )
    return count or 0, [_shown(row) for row in rows]


def _values(due: Due, key: SeriesKey, why: Wait, now: datetime) -> dict[str, Any]:
    payment, cause = due.settled.payment, due.settled.cause
    return {
        "payment_id": payment.payment_id,
        "kind": due.kind,
        "year": key.year,
        "tax_code": key.tax_code,
        "collector_code": payment.payee.agency_code,
        "agency_code": due.settled.agency,
        "dossier_code": payment.dossier_code,
        "total_vnd": due.total_vnd,
        "fact": payment.model_dump(mode="json", exclude_none=True),
        "why": why,
        "since": now,
        "correlation_id": cause.correlation_id,
        "causation_id": cause.causation_id,
    }


def _shown(row: AwaitingNumberRow) -> AwaitingNumber:
    key = SeriesKey(row.year, row.tax_code, FeeKind(row.kind))
    return AwaitingNumber(row.dossier_code, key, row.total_vnd, Wait(row.why), row.since)

"""Runs over a channel's day: what we know of it, and what each run leaves behind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain.nights import LEASE
from payment_gateway.domain.reconciling import DayOfAgency, Known, OurMoney
from payment_gateway.tables.statements import (
    DayCloseRow,
    DifferenceRow,
    ReconciliationRow,
    StatementLineRow,
)
from shared.contracts.parts import PaymentChannel
from shared.contracts.payment import UnmatchedKind
from shared.days import start_of_day
from shared.db import driver
from shared.ids import new_id

_SLACK: Final = timedelta(days=1)
"""A money's id tells when we heard of it, which is after its bank booked it but for the clocks."""
_MONIES: Final = """
WITH mine AS (
  SELECT id FROM money WHERE channel = $1 AND channel_reference = ANY($2::text[])
  UNION
  SELECT m.id FROM money m
  WHERE m.id >= $3 AND m.channel = $1 AND m.booked_at >= $4 AND m.booked_at < $5
    AND NOT EXISTS (
      SELECT FROM statement_line l JOIN statement_file f ON f.id = l.file_id
      WHERE l.channel_reference = m.channel_reference AND f.channel = $1 AND f.day_on <> $6
        AND f.in_force_at = (
          SELECT max(g.in_force_at) FROM statement_file g
          WHERE g.channel = f.channel AND g.day_on = f.day_on)))
SELECT m.id, m.channel_reference, m.amount_vnd, m.unmatched_vnd, m.problem, m.agency_code,
  p.dossier_code
FROM mine JOIN money m ON m.id = mine.id LEFT JOIN payable p ON p.id = m.payable_id
ORDER BY m.id
"""
_KNOWN: Final = """
SELECT a.reference, a.id AS attempt_id, p.dossier_code, p.collector_code
FROM attempt a JOIN payable p ON p.id = a.payable_id
WHERE a.channel = $1 AND a.reference = ANY($2::text[])
UNION ALL
SELECT reference, NULL, dossier_code, collector_code FROM payable WHERE reference = ANY($2::text[])
"""
_CLAIM: Final = """
UPDATE reconciliation SET tries = tries + 1, due_at = $2
WHERE id = (
  SELECT id FROM reconciliation WHERE due_at <= $1 AND ($3::uuid IS NULL OR id = $3)
  ORDER BY day_on, due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""


@dataclass(frozen=True)
class NewRun:
    """A run to do; ``night_on`` None where a person asks for it."""

    channel: PaymentChannel
    day_on: date
    night_on: date | None
    requested_by: str | None
    fetches: bool
    due_at: datetime
    correlation_id: UUID
    causation_id: UUID


async def last_night(session: AsyncSession) -> date | None:
    """Return the last night whose runs were stored."""
    return await session.scalar(select(func.max(ReconciliationRow.night_on)))


async def insert_runs(
    session: AsyncSession, runs: Sequence[NewRun], *, now: datetime
) -> Sequence[UUID]:
    """Store runs; one per channel, day and night, whoever is first. Returns what is new."""
    values = [{"id": new_id(), "requested_at": now, **vars(run)} for run in runs]
    statement = insert(ReconciliationRow).values(values).on_conflict_do_nothing()
    return (await session.scalars(statement.returning(ReconciliationRow.id))).all()


async def claim_due_run(
    session: AsyncSession, only: UUID | None, *, now: datetime
) -> ReconciliationRow | None:
    """Return the run that is due, of the oldest day first, or ``only``; held for a while."""
    claimed = await driver.fetchval(session, _CLAIM, now, now + LEASE, only)
    return None if claimed is None else await session.get(ReconciliationRow, claimed)


async def read_run(session: AsyncSession, run_id: UUID) -> ReconciliationRow:
    """Return one run."""
    return await session.get_one(ReconciliationRow, run_id)


async def monies_of(
    session: AsyncSession, channel: PaymentChannel, day_on: date, references: Sequence[str]
) -> Sequence[OurMoney]:
    """Return the money of a channel's day: what its file names, and what we booked on that day.

    What another day's file names belongs to that day: banks cut their days by their own clock.
    """
    since, until = start_of_day(day_on), start_of_day(day_on + timedelta(days=1))
    rows = await driver.fetch(
        session, _MONIES, channel.value, references, _id_at(since - _SLACK), since, until, day_on
    )
    return [
        OurMoney(
            id=row["id"],
            channel_reference=row["channel_reference"],
            amount_vnd=row["amount_vnd"],
            unmatched_vnd=row["unmatched_vnd"],
            problem=None if row["problem"] is None else UnmatchedKind(row["problem"]),
            agency_code=row["agency_code"],
            dossier_code=row["dossier_code"],
        )
        for row in rows
    ]


async def known_by(
    session: AsyncSession, channel: PaymentChannel, references: Sequence[str]
) -> Mapping[str, Known]:
    """Return what our references name: an attempt of the channel, or a payable."""
    rows = await driver.fetch(session, _KNOWN, channel.value, references)
    return {
        row["reference"]: Known(row["attempt_id"], row["dossier_code"], row["collector_code"])
        for row in rows
    }


async def differences_of(
    session: AsyncSession, channel: PaymentChannel, day_on: date
) -> dict[tuple[str, int], DifferenceRow]:
    """Return all differences of a channel's day by reference and occurrence, gone ones too."""
    statement = select(DifferenceRow).where(
        DifferenceRow.channel == channel, DifferenceRow.day_on == day_on
    )
    found = await session.scalars(statement)
    return {(row.channel_reference, row.occurrence): row for row in found}


def add_difference(session: AsyncSession, row: DifferenceRow) -> None:
    """Store a new difference; the day is locked."""
    session.add(row)


async def lock_difference(session: AsyncSession, difference_id: UUID) -> DifferenceRow | None:
    """Return a difference, locked until the transaction ends."""
    return await session.get(DifferenceRow, difference_id, with_for_update=True)


async def line_of(session: AsyncSession, file_id: UUID, line_no: int) -> StatementLineRow:
    """Return one line of a file."""
    return await session.get_one(StatementLineRow, (file_id, line_no))


async def agencies_closed(
    session: AsyncSession, channel: PaymentChannel, day_on: date
) -> Sequence[str]:
    """Return the agencies for which a channel's day was closed before."""
    statement = select(DayCloseRow.agency_code).where(
        DayCloseRow.channel == channel, DayCloseRow.day_on == day_on
    )
    return (await session.scalars(statement)).all()


@dataclass(frozen=True)
class Close:
    """One agency's day on a channel, as a run leaves it."""

    agency_code: str
    channel: PaymentChannel
    day_on: date
    file_id: UUID | None
    figures: DayOfAgency


async def close_day(session: AsyncSession, close: Close, *, now: datetime) -> int:
    """Store the figures of a day in the place of those before; return which run it is."""
    figures = close.figures
    values = {
        "file_id": close.file_id,
        "ours_count": figures.ours.count,
        "ours_vnd": figures.ours.sum_vnd,
        "theirs_count": figures.theirs.count,
        "theirs_vnd": figures.theirs.sum_vnd,
        "matched_count": figures.matched.count,
        "matched_vnd": figures.matched.sum_vnd,
        "kinds": [
            {"kind": kind.value, "count": each.count, "sum_vnd": each.sum_vnd}
            for kind, each in figures.kinds.items()
        ],
        "closed_at": now,
    }
    statement = insert(DayCloseRow).values(
        agency_code=close.agency_code, channel=close.channel, day_on=close.day_on, run=1, **values
    )
    changed = statement.on_conflict_do_update(
        index_elements=["agency_code", "channel", "day_on"],
        set_={**values, "run": DayCloseRow.run + 1},
    )
    run = await session.scalar(changed.returning(DayCloseRow.run))
    return int(run or 0)


def _id_at(instant: datetime) -> UUID:
    """Return the smallest UUIDv7 of an instant (RFC 9562 §5.7: 48 bits of milliseconds first)."""
    return UUID(int=int(instant.timestamp() * 1000) << 80)

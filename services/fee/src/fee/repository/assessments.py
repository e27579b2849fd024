"""Dossiers as fee heard them, what was said of them, and what still has to be looked at again."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from fee.domain.waiting import Missing, OpenCounts
from fee.tables import AssessmentRow, DossierRow, ReassessmentRow, VersionRow
from shared.db import driver

_COUNT: Final = """
SELECT count(*) AS open,
       count(*) FILTER (WHERE at >= $2) AS filed,
       count(*) FILTER (WHERE at >= $2 AND status = 'pending') AS waiting
FROM (
  SELECT a.status, (d.facts ->> 'submitted_at')::timestamptz AS at
  FROM assessment a JOIN dossier d USING (dossier_code)
  WHERE a.status <> 'withdrawn' AND d.closed_at IS NULL
    AND EXISTS (SELECT FROM jsonb_array_elements(d.facts -> 'fee_lines') AS line
                WHERE line ->> 'fee_code' = ANY ($1::text[]))
) AS found
"""
_PENDING: Final = """
SELECT a.dossier_code
FROM assessment a JOIN dossier d USING (dossier_code)
WHERE a.status = 'pending' AND a.dossier_code > $2
  AND EXISTS (SELECT FROM jsonb_array_elements(d.facts -> 'fee_lines') AS line
              WHERE line ->> 'fee_code' = ANY ($1::text[]))
ORDER BY a.dossier_code
LIMIT $3
"""
_MISSING: Final = """
SELECT line -> 'asked' ->> 'fee_code' AS fee_code, min(line ->> 'name') AS name,
       min(line ->> 'kind') AS kind, d.facts -> 'context' ->> 'procedure_code' AS procedure_code,
       line -> 'asked' ->> 'variant' AS variant, d.facts ->> 'territory_code' AS territory_code,
       count(DISTINCT d.dossier_code) AS dossiers,
       min((d.facts ->> 'submitted_at')::timestamptz) AS filed_first
FROM assessment a
JOIN dossier d USING (dossier_code)
JOIN assessment_version v ON v.assessment_id = a.id AND v.version = a.version
CROSS JOIN LATERAL jsonb_array_elements(v.workings) AS line
WHERE a.status = 'pending' AND line ->> 'outcome' = 'pending'
GROUP BY 1, 4, 5, 6
ORDER BY dossiers DESC, 1, 4, 5, 6
LIMIT $1
"""


async def insert_dossiers(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Store dossiers; return the codes of those that are first heard of."""
    ordered = sorted(rows, key=lambda row: str(row["dossier_code"]))
    statement = (
        insert(DossierRow)
        .values(ordered)
        .on_conflict_do_nothing(index_elements=["dossier_code"])
        .returning(DossierRow.dossier_code)
    )
    return set(await session.scalars(statement))


async def lock_dossier(session: AsyncSession, dossier_code: str) -> DossierRow | None:
    """Return the dossier, locked until the transaction ends."""
    return await session.scalar(
        select(DossierRow).where(DossierRow.dossier_code == dossier_code).with_for_update()
    )


async def read_dossier(session: AsyncSession, dossier_code: str) -> DossierRow | None:
    """Return the dossier as it was last heard."""
    return await session.get(DossierRow, dossier_code)


async def latest_assessment(session: AsyncSession, dossier_code: str) -> AssessmentRow | None:
    """Return the dossier's newest assessment, ended or not."""
    return await session.scalar(
        select(AssessmentRow)
        .where(AssessmentRow.dossier_code == dossier_code)
        .order_by(AssessmentRow.ordinal.desc())
        .limit(1)
    )


async def version_of(session: AsyncSession, assessment: AssessmentRow) -> VersionRow | None:
    """Return what was last said about ``assessment``."""
    return await session.get(VersionRow, (assessment.id, assessment.version))


async def pending_dossiers(
    session: AsyncSession, fee_codes: Sequence[str], *, after: str, limit: int
) -> Sequence[str]:
    """Return codes of dossiers that wait and have one of ``fee_codes``, past ``after``."""
    rows = await driver.fetch(session, _PENDING, fee_codes, after, limit)
    return [str(row["dossier_code"]) for row in rows]


async def count_open(
    session: AsyncSession, fee_codes: Sequence[str], *, filed_from: datetime
) -> OpenCounts:
    """Count the open dossiers that have one of ``fee_codes``, and those filed since an instant."""
    (row,) = await driver.fetch(session, _COUNT, fee_codes, filed_from)
    return OpenCounts(open=row["open"], filed=row["filed"], waiting=row["waiting"])


async def missing_tariffs(session: AsyncSession, *, limit: int) -> Sequence[Missing]:
    """Return the fees that most dossiers wait for."""
    return [Missing(**dict(row)) for row in await driver.fetch(session, _MISSING, limit)]


async def versions_of(session: AsyncSession, dossier_code: str) -> Sequence[VersionRow]:
    """Return everything that was said of a dossier, the oldest first."""
    rows = await session.scalars(
        select(VersionRow)
        .join(AssessmentRow, AssessmentRow.id == VersionRow.assessment_id)
        .where(AssessmentRow.dossier_code == dossier_code)
        .order_by(VersionRow.version)
    )
    return rows.all()


def insert_reassessment(session: AsyncSession, row: ReassessmentRow) -> None:
    """Have the dossiers that wait looked at again."""
    session.add(row)


async def claim_reassessment(
    session: AsyncSession, only: UUID | None, *, now: datetime, lease: timedelta
) -> ReassessmentRow | None:
    """Return the one that is due longest, or ``only``; its lease keeps others off."""
    due = (
        select(ReassessmentRow)
        .where(ReassessmentRow.due_at <= now)
        .order_by(ReassessmentRow.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = await session.scalar(due if only is None else due.where(ReassessmentRow.id == only))
    if row is not None:
        row.due_at = now + lease
    return row


async def lock_reassessment(session: AsyncSession, row_id: UUID) -> ReassessmentRow:
    """Return the row, locked until the transaction ends; rows stay, so it is there."""
    return await session.get_one(ReassessmentRow, row_id, with_for_update=True)


async def insert_assessments(session: AsyncSession, rows: Sequence[AssessmentRow]) -> None:
    """Store new assessments, so that their versions may refer to them."""
    session.add_all(rows)
    await session.flush()


def insert_versions(session: AsyncSession, rows: Sequence[VersionRow]) -> None:
    """Store what is said with the rest of the transaction."""
    session.add_all(rows)

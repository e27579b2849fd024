"""Runs of the proof."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ops.domain.proofs import ProofStatus
from ops.tables import ProofRow


async def ask(session: AsyncSession, proof_id: UUID, *, by: str, now: datetime) -> UUID | None:
    """Store a run that is due now; None if one waits already."""
    statement = (
        insert(ProofRow)
        .values(
            id=proof_id, status=ProofStatus.WAITING, asked_at=now, asked_by=by, due_at=now,
            finished_at=None, report=None,
        )
        .on_conflict_do_nothing()
        .returning(ProofRow.id)
    )  # fmt: skip
    stored: UUID | None = await session.scalar(statement)
    return stored


async def claim_due(
    session: AsyncSession, only: UUID | None, *, now: datetime, lease: timedelta
) -> ProofRow | None:
    """Return a run that is due, or ``only``, and move it on by ``lease``; None if there is none."""
    statement = select(ProofRow).where(ProofRow.due_at <= now).order_by(ProofRow.due_at)
    if only is not None:
        statement = statement.where(ProofRow.id == only)
    row: ProofRow | None = await session.scalar(
        statement.limit(1).with_for_update(skip_locked=True)
    )
    if row is not None:
        row.due_at = now + lease
    return row


async def lock(session: AsyncSession, proof_id: UUID) -> ProofRow:
    """Return a run, locked until the transaction ends."""
    return await session.get_one(ProofRow, proof_id, with_for_update=True)


async def newest(session: AsyncSession) -> ProofRow | None:
    """Return the run that was asked for last; None if there was none."""
    row: ProofRow | None = await session.scalar(
        select(ProofRow).order_by(ProofRow.asked_at.desc()).limit(1)
    )
    return row


async def last_report(session: AsyncSession) -> dict[str, Any] | None:
    """Return what the last finished run found; None if none has finished."""
    report: dict[str, Any] | None = await session.scalar(
        select(ProofRow.report)
        .where(ProofRow.finished_at.is_not(None))
        .order_by(ProofRow.finished_at.desc())
        .limit(1)
    )
    return report

"""Looking again at dossiers that wait, after tariffs were approved: in steps, safe to repeat."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from fee.repository import assessments as repository

STEP: Final = 100
"""How many dossiers are looked at before the progress is stored."""
LEASE: Final = timedelta(minutes=2)
"""Longer than a step can take: a dead worker's step comes back by itself."""


@dataclass(frozen=True)
class WaitingStep:
    """The next dossiers to look at, and because of what."""

    id: UUID
    codes: Sequence[str]
    causation_id: UUID

    @property
    def is_last(self) -> bool:
        """Tell whether nothing is left behind these."""
        return len(self.codes) < STEP


async def take_step(
    session: AsyncSession, only: UUID | None, *, now: datetime
) -> WaitingStep | None:
    """Claim what is due longest; None when nothing is."""
    row = await repository.claim_reassessment(session, only, now=now, lease=LEASE)
    if row is None:
        return None
    codes = await repository.pending_dossiers(session, row.fee_codes, after=row.after, limit=STEP)
    return WaitingStep(row.id, codes, row.causation_id)


async def finish_step(session: AsyncSession, step: WaitingStep, *, now: datetime) -> None:
    """Remember how far it came; the next step is due at once, or there is none."""
    row = await repository.lock_reassessment(session, step.id)
    row.due_at = None if step.is_last else now
    if step.codes:
        row.after = max(row.after, step.codes[-1])

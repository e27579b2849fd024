"""What waits for whom at this desk: facts for the stream, facts for the province (J6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from dossier.domain.partner import PROVINCE
from dossier.repository import partner
from shared.outbox import Unsent, unsent

_UNSENT_AFTER: Final = timedelta(seconds=5)
"""A fact leaves within a second; one older than this waits for the stream."""
_UNANSWERED_AFTER: Final = timedelta(seconds=30)
"""The province answers within seconds; then the desk is told."""


@dataclass(frozen=True)
class Unanswered:
    """Facts that the province has not acknowledged."""

    since: datetime
    count: int


@dataclass(frozen=True)
class Waits:
    """What a desk is told; None where nothing waits."""

    stream: Unsent | None
    province: Unanswered | None


async def waits(session: AsyncSession, agencies: Sequence[str], *, now: datetime) -> Waits:
    """Return what waits for the stream, and what of ``agencies`` for the province, since when."""
    stream = await unsent(session, said_before=now - _UNSENT_AFTER)
    standing = await partner.standing_of(session, PROVINCE, agencies=agencies)
    since = standing.oldest_at
    is_waiting = since is not None and since < now - _UNANSWERED_AFTER
    province = Unanswered(since, standing.unanswered) if since and is_waiting else None
    return Waits(stream, province)

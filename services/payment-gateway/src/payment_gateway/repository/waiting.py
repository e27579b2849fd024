"""Which channels are silent: their latest attempts got no answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain.attempts import Status
from payment_gateway.domain.waiting import REMEMBERED, SILENT_AFTER, SilentChannel
from shared.contracts.parts import PaymentChannel
from shared.db import driver

_LATEST: Final = 200
"""So many attempts tell enough, and cost the same on a busy day."""

_SILENT: Final = """
WITH latest AS (
  SELECT * FROM attempt WHERE id > $1 ORDER BY id DESC LIMIT $2
), begun AS (
  SELECT channel, created_at,
    (status = $3 AND calls > 0 AND created_at < $6) OR (status = $4 AND code = $5) AS silent,
    redirect_url IS NOT NULL OR (status = $4 AND code <> $5) AS answered
  FROM latest)
SELECT b.channel, c.name, min(b.created_at) AS since
FROM begun b JOIN channel c ON c.code = b.channel
WHERE b.silent AND NOT EXISTS (
  SELECT FROM begun a WHERE a.answered AND a.channel = b.channel AND a.created_at > b.created_at)
GROUP BY b.channel, c.name, c.place ORDER BY c.place
"""


async def silent_channels(
    session: AsyncSession, *, unanswered_code: str, now: datetime
) -> Sequence[SilentChannel]:
    """Return the channels that answered none of the latest attempts, and since when."""
    rows = await driver.fetch(
        session,
        _SILENT,
        _first_id(now - REMEMBERED),
        _LATEST,
        Status.CREATED.value,
        Status.FAILED.value,
        unanswered_code,
        now - SILENT_AFTER,
    )
    return [SilentChannel(PaymentChannel(r["channel"]), r["name"], r["since"]) for r in rows]


def _first_id(at: datetime) -> UUID:
    """Return the lowest UUIDv7 of that moment (RFC 9562, 5.7: milliseconds in 48 bits)."""
    return UUID(int=int(at.timestamp() * 1000) << 80)

"""What waits for whom, since when: for every page of the desk (J6)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain.waiting import UNSENT_AFTER, SilentChannel, Stream, Waits
from payment_gateway.repository import waiting as rows
from payment_gateway.use_cases.pay import UNANSWERED
from shared.outbox import unsent


async def waits(session: AsyncSession, *, now: datetime) -> Waits:
    """Return what waits for the stream, and the channels that do not answer."""
    waiting = await unsent(session, said_before=now - UNSENT_AFTER)
    stream = Stream(waiting.since, waiting.count) if waiting is not None else None
    return Waits(stream, await silent_channels(session, now=now))


async def silent_channels(session: AsyncSession, *, now: datetime) -> Sequence[SilentChannel]:
    """Return the channels that do not answer now."""
    return await rows.silent_channels(session, unanswered_code=UNANSWERED, now=now)

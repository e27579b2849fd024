"""Keep a genuine message that we cannot act on: a person is told, nothing is lost."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.repository import decisions
from shared.contracts.parts import PaymentChannel


async def keep_callback(
    session: AsyncSession, channel: PaymentChannel, raw: bytes, *, reason_code: str, now: datetime
) -> None:
    """Keep a genuine message as it came; it stands on the accountant's list."""
    await decisions.keep_callback(session, channel, raw, reason_code=reason_code, now=now)

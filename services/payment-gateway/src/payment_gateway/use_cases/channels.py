"""Channels and banks are data: stored at start, so that every process offers the same."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain.channels import ChannelInfo
from payment_gateway.repository import channels as rows


async def load_channels(session: AsyncSession, channels: Sequence[ChannelInfo]) -> None:
    """Store what the data files offer; nothing changes when they are the same."""
    if list(await rows.read_channels(session)) != list(channels):
        await rows.replace_channels(session, channels)

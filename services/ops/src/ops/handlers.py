"""The Kafka door of ops: every record of every kept stream goes into the archive."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from ops import use_cases
from ops.domain.archive import Record, read_head
from shared.clock import utc_now
from shared.contracts.catalogue import KEPT_TOPICS
from shared.subscriptions import Message, on_messages


async def archive_records(session: AsyncSession, messages: Sequence[Message]) -> None:
    """Archive a poll; what cannot be read is archived too, so that it can be looked at."""
    records = [
        Record(
            message.topic,
            message.partition,
            message.offset,
            message.value,
            read_head(message.value),
        )
        for message in messages
    ]
    await use_cases.archive(session, records, now=utc_now())


SUBSCRIPTIONS: Final = (on_messages(KEPT_TOPICS, archive_records),)

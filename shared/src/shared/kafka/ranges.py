"""Stretches of streams, read without a group: from where one is up to a given end."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.kafka.messages import of_kafka
from shared.subscriptions import Message

Behind = tuple[str, int]
"""A topic and its partition."""

_POLL: Final = 500
_POLL_MS: Final = 500
_SILENCE_SECONDS: Final = 30.0
"""A range ends before its stream does, so a silent broker is one that is away."""


class Ranges:
    """One reader; a range is read to its end before the next is begun."""

    def __init__(self, consumer: Any) -> None:  # noqa: ANN401 - aiokafka has no types
        self._consumer = consumer

    async def up_to(
        self, ends: Mapping[Behind, int], at: Mapping[Behind, int]
    ) -> AsyncIterator[Mapping[Behind, Sequence[Message]]]:
        """Yield polls of at most 500 from ``at`` to before ``ends``; ``at`` moves with the reader.

        Raises TimeoutError when Kafka says nothing for half a minute.
        """
        self._consumer.assign([TopicPartition(*place) for place in sorted(_left(ends, at))])
        for place in _left(ends, at):
            self._consumer.seek(TopicPartition(*place), at.get(place, 0))
        while _left(ends, at):
            async with asyncio.timeout(_SILENCE_SECONDS):
                polled = await self._poll(ends)
            if polled:
                yield polled
            self._pause(ends, at)

    async def _poll(self, ends: Mapping[Behind, int]) -> Mapping[Behind, Sequence[Message]]:
        while True:
            polled = await self._consumer.getmany(timeout_ms=_POLL_MS, max_records=_POLL)
            found = {
                (place.topic, place.partition): [
                    of_kafka(record)
                    for record in records
                    if record.offset < ends[place.topic, place.partition]
                ]
                for place, records in polled.items()
            }
            if polled:
                return {place: messages for place, messages in found.items() if messages}

    def _pause(self, ends: Mapping[Behind, int], at: Mapping[Behind, int]) -> None:
        done = set(ends) - _left(ends, at)
        mine = self._consumer.assignment()
        self._consumer.pause(*[place for place in mine if (place.topic, place.partition) in done])


def _left(ends: Mapping[Behind, int], at: Mapping[Behind, int]) -> set[Behind]:
    return {place for place, end in ends.items() if at.get(place, 0) < end}


@asynccontextmanager
async def reading(bootstrap: str, topics: Collection[str]) -> AsyncIterator[Ranges]:
    """Open a reader of ``topics``."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        client_id=f"rebuild of {', '.join(sorted(topics))}"[:100],
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_partition_fetch_bytes=4 << 20,
        fetch_max_wait_ms=50,
    )
    await consumer.start()
    try:
        yield Ranges(consumer)
    finally:
        await consumer.stop()

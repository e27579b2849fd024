"""Asks the broker about consumers, ends and records; only jobs use it."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from ops.domain.evidence import Place
from shared.errors import DomainError, Kind

_TIMEOUT_MS: Final = 10_000
_POLL_MS: Final = 1_000
_POLL_RECORDS: Final = 2_000


class BrokerUnavailableError(DomainError):
    """The broker does not answer."""

    kind = Kind.UNAVAILABLE
    code = "broker-unavailable"
    title = "Kafka chưa trả lời"


@dataclass(frozen=True)
class RawRecord:
    """One record of a stream, as it came."""

    place: Place
    offset: int
    value: bytes | None


class Broker:
    """One broker's address; each question opens its own connection and closes it."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap

    async def lags(self, consumers: Iterable[str]) -> dict[tuple[str, str], int]:
        """Return per (consumer, topic) how many records it has not reported as read."""
        committed: dict[str, Mapping[TopicPartition, Any]] = {}
        async with self._admin() as admin:
            for consumer in consumers:
                committed[consumer] = await admin.list_consumer_group_offsets(consumer)
        places = {place for offsets in committed.values() for place in offsets}
        ends = await self._ends(sorted(places))
        lags: dict[tuple[str, str], int] = {}
        for consumer, offsets in committed.items():
            for place, at in offsets.items():
                key = (consumer, place.topic)
                lags[key] = lags.get(key, 0) + max(ends[place] - at.offset, 0)
        return lags

    async def ends(self, topics: Sequence[str]) -> dict[Place, int]:
        """Return the offset behind the last record of every partition of ``topics``."""
        async with self._admin() as admin:
            described = await admin.describe_topics([*topics])
        places = [
            TopicPartition(topic["topic"], partition["partition"])
            for topic in described
            for partition in topic["partitions"]
        ]
        return {(at.topic, at.partition): end for at, end in (await self._ends(places)).items()}

    async def records(self, ends: Mapping[Place, int]) -> AsyncIterator[RawRecord]:
        """Yield every record below ``ends``, in the order of each partition."""
        open_ends = {TopicPartition(*place): end for place, end in ends.items() if end > 0}
        if not open_ends:
            return
        async with self._reader() as reader:
            reader.assign(list(open_ends))
            await reader.seek_to_beginning()
            while open_ends:
                polled = await reader.getmany(timeout_ms=_POLL_MS, max_records=_POLL_RECORDS)
                for place, records in polled.items():
                    for record in records:
                        if record.offset < ends[place.topic, place.partition]:
                            at = (place.topic, place.partition)
                            yield RawRecord(at, record.offset, record.value)
                for place in list(open_ends):
                    if await reader.position(place) >= open_ends[place]:
                        reader.pause(place)
                        del open_ends[place]

    async def _ends(self, places: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        if not places:
            return {}
        async with self._reader() as reader:
            ends: dict[TopicPartition, int] = await reader.end_offsets(places)
        return ends

    @asynccontextmanager
    async def _admin(self) -> AsyncIterator[Any]:
        admin = AIOKafkaAdminClient(
            bootstrap_servers=self._bootstrap, request_timeout_ms=_TIMEOUT_MS
        )
        async with _translated():
            try:
                await admin.start()
                yield admin
            finally:
                await admin.close()

    @asynccontextmanager
    async def _reader(self) -> AsyncIterator[Any]:
        reader = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            client_id="ops-proof",
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            request_timeout_ms=_TIMEOUT_MS,
        )
        async with _translated():
            try:
                await reader.start()
                yield reader
            finally:
                await reader.stop()


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    try:
        yield
    except (TimeoutError, KafkaError, OSError) as error:
        raise BrokerUnavailableError(type(error).__name__) from error

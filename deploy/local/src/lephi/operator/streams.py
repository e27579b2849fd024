"""Reads the kept streams directly, without a group: the operator looks and moves nothing."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.partitioner import DefaultPartitioner

from shared.contracts.catalogue import KEPT_TOPICS, PARTITIONS
from shared.errors import DomainError, Kind

_POLL_MS: Final = 500
_QUIET_SECONDS: Final = 0.5
_POLL_RECORDS: Final = 1000
_NEEDED: Final = {"id", "type", "subject", "time"}


class StreamAwayError(DomainError):
    """Kafka does not answer."""

    kind = Kind.UNAVAILABLE
    code = "kafka-unavailable"
    title = "Kafka chưa trả lời"


@dataclass(frozen=True)
class Said:
    """One fact as it stands in its stream."""

    topic: str
    partition: int
    offset: int
    stored_at: datetime
    """Kafka's own time of the record: when the relay handed it over."""
    event: dict[str, Any]

    @property
    def name(self) -> str:
        """Return the fact's name without prefix and version."""
        return str(self.event["type"]).removeprefix("vn.lephi.").rpartition(".v")[0]

    @property
    def at(self) -> datetime:
        """Return when its owner said it (``time``)."""
        return datetime.fromisoformat(self.event["time"])


@dataclass(frozen=True)
class Extent:
    """How much one partition holds."""

    topic: str
    partition: int
    first: int
    end: int


@asynccontextmanager
async def open_reader(bootstrap: str) -> AsyncIterator[AIOKafkaConsumer]:
    """Open a consumer without a group, closed at the end."""
    reader = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        client_id="lephi-operator",
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        request_timeout_ms=10_000,
    )
    try:
        await reader.start()
        yield reader
    except (KafkaError, OSError) as error:
        raise StreamAwayError(f"{bootstrap}: {type(error).__name__}") from error
    finally:
        await reader.stop()


async def extents(reader: AIOKafkaConsumer, topics: Sequence[str]) -> list[Extent]:
    """Return first and end offset of every partition of those ``topics`` that exist."""
    known = await reader.topics()
    present = (topic for topic in topics if topic in known)
    wanted = [TopicPartition(topic, number) for topic in present for number in range(PARTITIONS)]
    firsts, ends = await reader.beginning_offsets(wanted), await reader.end_offsets(wanted)
    return [Extent(one.topic, one.partition, firsts[one], ends[one]) for one in wanted]


async def read_all(
    reader: AIOKafkaConsumer, parts: Sequence[Extent], *, last: int | None = None
) -> AsyncIterator[Said]:
    """Yield what ``parts`` hold now, up to their present ends; ``last`` n per partition only."""
    open_ends = {}
    for part in parts:
        first = part.first if last is None else max(part.first, part.end - last)
        if first < part.end:
            open_ends[TopicPartition(part.topic, part.partition)] = (first, part.end)
    reader.assign(list(open_ends))
    for place, (first, _) in open_ends.items():
        reader.seek(place, first)
    while open_ends:
        polled = await reader.getmany(timeout_ms=_POLL_MS, max_records=_POLL_RECORDS)
        for said in _facts(polled.values()):
            yield said
        for place in list(open_ends):
            if await reader.position(place) >= open_ends[place][1]:
                del open_ends[place]


async def follow(
    reader: AIOKafkaConsumer, topics: Sequence[str], last: int
) -> AsyncGenerator[Said, None]:
    """Yield the ``last`` facts in order of time, then every new one, without end."""
    parts = await extents(reader, topics)
    newest = deque(
        sorted([said async for said in read_all(reader, parts, last=last)], key=_order),
        maxlen=last or None,
    )
    for said in newest if last else ():
        yield said
    reader.assign([TopicPartition(part.topic, part.partition) for part in parts])
    for part in parts:
        reader.seek(TopicPartition(part.topic, part.partition), part.end)
    while True:
        polled = await reader.getmany(timeout_ms=_POLL_MS, max_records=_POLL_RECORDS)
        for said in _facts(polled.values()):
            yield said


async def newest(bootstrap: str, topics: Sequence[str], last: int) -> list[Said]:
    """Return the ``last`` facts of ``topics`` in order of time."""
    async with open_reader(bootstrap) as reader:
        parts = await extents(reader, topics)
        said = [one async for one in read_all(reader, parts, last=last)]
    return sorted(said, key=_order)[-last:]


async def facts_of(bootstrap: str, subject: str) -> list[Said]:
    """Return every kept fact about ``subject``, in order of time.

    Only the partition of its key is read, one per topic.
    """
    async with open_reader(bootstrap) as reader:
        every = await extents(reader, KEPT_TOPICS)
        parts = [part for part in every if part.partition == partition_of(subject)]
        said = [one async for one in read_all(reader, parts) if one.event["subject"] == subject]
    return sorted(said, key=_order)


async def find(bootstrap: str, event_id: str) -> Said | None:
    """Return the kept fact of that id; None if no stream holds it."""
    async with open_reader(bootstrap) as reader:
        async for said in read_all(reader, await extents(reader, KEPT_TOPICS)):
            if said.event["id"] == event_id:
                return said
    return None


async def wait_until_quiet(bootstrap: str, *, most_seconds: float) -> None:
    """Wait until nobody has said anything for a moment, or until ``most_seconds`` are over."""
    async with open_reader(bootstrap) as reader:
        ends: list[Extent] = []
        for _ in range(int(most_seconds / _QUIET_SECONDS)):
            now = await extents(reader, KEPT_TOPICS)
            if now == ends:
                return
            ends = now
            await asyncio.sleep(_QUIET_SECONDS)


def partition_of(key: str) -> int:
    """Return the partition that Kafka's own partitioner (murmur2) gives ``key``."""
    every = list(range(PARTITIONS))
    return int(DefaultPartitioner()(key.encode(), every, every))


def read(record: ConsumerRecord[bytes, bytes]) -> Said | None:
    """Return the fact in ``record``; None if it is none: its readers have parked it."""
    try:
        event = json.loads(record.value or b"null")
    except ValueError:
        return None
    if not isinstance(event, dict) or not event.keys() >= _NEEDED:
        return None
    return Said(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        stored_at=datetime.fromtimestamp(record.timestamp / 1000, UTC),
        event=event,
    )


def _facts(polled: Iterable[Iterable[ConsumerRecord[bytes, bytes]]]) -> Iterator[Said]:
    read_ones = (read(record) for records in polled for record in records)
    return (said for said in read_ones if said is not None)


def _order(said: Said) -> tuple[datetime, str, int]:
    return said.at, said.topic, said.offset

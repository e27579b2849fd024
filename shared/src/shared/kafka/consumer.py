"""The consumer: messages take effect once, in order per key; what fails waits and blocks no other.

Effect, inbox and next offset commit together; Kafka's own offset is told afterwards.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError
from sqlalchemy.ext.asyncio import AsyncSession

from shared import inbox
from shared.db.database import Database
from shared.failpoints import hit
from shared.inbox import Place
from shared.kafka.attempts import Attempts
from shared.kafka.messages import find, index, of_kafka
from shared.subscriptions import Message, Subscription

_log: Final = structlog.get_logger()

POLL: Final = 500
_POLL_MS: Final = 500


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Who reads, with what, and in whose name."""

    consumer: str
    """Name of the inbox rows and of Kafka's group."""
    instance: str
    subscriptions: tuple[Subscription, ...]
    topic: str
    source: str
    """Where and by whom MessageParked is said."""


@dataclass
class _Progress:
    """One partition: what the database holds, and how far we are."""

    stored: int | None
    next: int


@dataclass
class _Unit:
    """Neighbouring messages for one handler, in one transaction."""

    subscription: Subscription
    messages: list[Message] = field(default_factory=list)


class Consumer:
    """One reader on all its topics; ``run`` ends only by an error or cancellation."""

    def __init__(self, database: Database, reader: Reader, *, bootstrap: str) -> None:
        self._database = database
        self._reader = reader
        self._bootstrap = bootstrap
        self._attempts = Attempts(database, reader)
        self._progress: dict[TopicPartition, _Progress] = {}
        self._by_type, self._by_topic = index(reader.subscriptions)

    async def run(self) -> None:
        """Read for ever; raise when Kafka or PostgreSQL is away, or another took over."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            client_id=self._reader.consumer,
            group_id=self._reader.consumer,
            group_instance_id=f"{self._reader.consumer}-{self._reader.instance}",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            session_timeout_ms=10_000,
            heartbeat_interval_ms=3_000,
            max_poll_interval_ms=60_000,
        )
        topics = {topic for each in self._reader.subscriptions for topic in each.topics}
        consumer.subscribe(sorted(topics), listener=_Assignment(self, consumer))
        await consumer.start()
        try:
            while True:
                await self._poll(consumer)
        finally:
            await consumer.stop()

    async def begin(self, consumer: Any, places: Sequence[TopicPartition]) -> None:  # noqa: ANN401 - aiokafka has no types
        """Go on in ``places`` where our own rows say."""
        async with self._database.transaction() as session:
            rows = await inbox.next_offsets(session, self._reader.consumer)
            await self._attempts.load(session)
        for place in places:
            stored = rows.get((place.topic, place.partition))
            self._progress[place] = _Progress(stored, stored or 0)
            consumer.seek(place, stored or 0)

    async def _poll(self, consumer: Any) -> None:  # noqa: ANN401 - aiokafka has no types
        polled: Mapping[TopicPartition, Sequence[Any]]
        polled = await consumer.getmany(timeout_ms=_POLL_MS, max_records=POLL)
        hit("W8")
        for place, records in polled.items():
            if place in self._progress:
                await self._partition(place, [of_kafka(record) for record in records])
        await self._attempts.retry(self._by_type, self._by_topic)
        if polled:
            await self._report(consumer, polled)

    async def _partition(self, place: TopicPartition, messages: Sequence[Message]) -> None:
        progress = self._progress[place]
        for unit in self._units(messages):
            if not await self._together(place, unit):
                for message in unit.messages:
                    await self._alone(place, unit.subscription, message)
        progress.next = messages[-1].offset + 1
        if progress.stored is None or progress.next > progress.stored:
            async with self._database.transaction() as session:
                await self._advance(session, place, progress.next, None)
            progress.stored = progress.next

    def _units(self, messages: Sequence[Message]) -> list[_Unit]:
        units: list[_Unit] = []
        for message in messages:
            subscription = find(self._by_type, self._by_topic, message)
            if subscription is None:
                continue
            last = units[-1] if units else None
            if last is None or last.subscription is not subscription or not subscription.batched:
                units.append(last := _Unit(subscription))
            last.messages.append(message)
        return units

    async def _together(self, place: TopicPartition, unit: _Unit) -> bool:
        """Handle a batch in one transaction; False if it must be taken one by one."""
        if len(unit.messages) == 1 or self._attempts.any_blocked(unit.messages):
            return False
        end = unit.messages[-1].offset + 1
        failure = await self._attempts.once(
            unit.subscription, unit.messages,
            lambda session: self._advance(session, place, end, unit.messages[-1]),
        )  # fmt: skip
        if failure is None:
            self._progress[place].stored = end
        return failure is None

    async def _alone(
        self, place: TopicPartition, subscription: Subscription, message: Message
    ) -> None:
        end = message.offset + 1
        await self._attempts.settle(
            subscription, message, lambda session: self._advance(session, place, end, message)
        )
        self._progress[place].stored = end

    async def _advance(
        self,
        session: AsyncSession,
        place: TopicPartition,
        end: int,
        last: Message | None,
    ) -> None:
        await inbox.advance(
            session,
            Place(self._reader.consumer, place.topic, place.partition),
            old=self._progress[place].stored,
            new=end,
            last=None if last is None else last.event_id,
        )

    async def _report(self, consumer: Any, polled: Mapping[TopicPartition, Any]) -> None:  # noqa: ANN401 - aiokafka has no types
        hit("W10")
        offsets = {place: self._progress[place].next for place in polled if place in self._progress}
        try:
            await consumer.commit(offsets)
        except KafkaError as error:  # Only a report: our own rows decide.
            _log.info("consumer.report_failed", consumer=self._reader.consumer, error=repr(error))


class _Assignment(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Seeks to our own rows whenever partitions come."""

    def __init__(self, consumer: Consumer, kafka: Any) -> None:  # noqa: ANN401 - aiokafka has no types
        self._consumer = consumer
        self._kafka = kafka

    async def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        """Let go; what is in hand finishes or fails at the fence."""

    async def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        """Go on where our rows say."""
        await self._consumer.begin(self._kafka, assigned)

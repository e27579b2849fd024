"""The consumer: messages take effect once, in order per key; what fails waits and blocks no other.

Effect, inbox and next offset commit together; Kafka's own offset is told afterwards.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError
from sqlalchemy.ext.asyncio import AsyncSession

from shared import inbox
from shared.db.database import Database
from shared.failpoints import hit
from shared.inbox import Step
from shared.kafka.attempts import Advance, Attempts, Unit
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
        heard = {
            place: [of_kafka(record) for record in records]
            for place, records in polled.items()
            if place in self._progress
        }
        units = {place: self._units(messages) for place, messages in heard.items()}
        ends = {place: messages[-1].offset + 1 for place, messages in heard.items()}
        if not await self._together(units, ends):
            for place, mine in units.items():
                await self._partition(place, mine, ends[place])
        await self._attempts.retry(self._by_type, self._by_topic)
        if polled:
            await self._report(consumer, polled)

    def _units(self, messages: Sequence[Message]) -> list[Unit]:
        units: list[Unit] = []
        for message in messages:
            subscription = find(self._by_type, self._by_topic, message)
            if subscription is None:
                continue
            last = units[-1] if units else None
            if last is None or last.subscription is not subscription or not subscription.batched:
                units.append(last := Unit(subscription))
            last.messages.append(message)
        return units

    async def _together(
        self, units: Mapping[TopicPartition, Sequence[Unit]], ends: Mapping[TopicPartition, int]
    ) -> bool:
        """Take a whole poll in one transaction; False if its partitions go one by one.

        A commit costs as much for one message as for a hundred. What must have a transaction of
        its own, or wait behind another, keeps the poll apart, and so does any failure.
        """
        merged = list(_merged(units.values()))
        if any(not unit.subscription.batched for unit in merged) or any(
            self._attempts.any_blocked(unit.messages) for unit in merged
        ):
            return False
        steps = [self._step(place, end, units[place]) for place, end in ends.items()]
        steps = [step for step in steps if step.old is None or step.new > step.old]
        if steps and await self._attempts.once(merged, self._advance(steps)) is not None:
            return False
        self._moved(ends)
        return True

    async def _partition(self, place: TopicPartition, units: Sequence[Unit], end: int) -> None:
        for unit in units:
            last = unit.messages[-1].offset + 1
            step = self._step(place, last, [unit])
            if (
                len(unit.messages) == 1
                or self._attempts.any_blocked(unit.messages)
                or await self._attempts.once([unit], self._advance([step])) is not None
            ):
                for message in unit.messages:
                    await self._alone(place, unit.subscription, message)
            self._progress[place].stored = last
        progress = self._progress[place]
        if progress.stored is None or end > progress.stored:
            async with self._database.transaction() as session:
                await self._advance([self._step(place, end, [])])(session)
        self._moved({place: end})

    async def _alone(
        self, place: TopicPartition, subscription: Subscription, message: Message
    ) -> None:
        end = message.offset + 1
        step = self._step(place, end, [Unit(subscription, [message])])
        await self._attempts.settle(subscription, message, self._advance([step]))
        self._progress[place].stored = end

    def _step(self, place: TopicPartition, end: int, units: Sequence[Unit]) -> Step:
        last = units[-1].messages[-1].event_id if units else None
        return Step(place.topic, place.partition, self._progress[place].stored, end, last)

    def _advance(self, steps: Sequence[Step]) -> Advance:
        async def advance(session: AsyncSession) -> None:
            await inbox.advance(session, self._reader.consumer, steps)

        return advance

    def _moved(self, ends: Mapping[TopicPartition, int]) -> None:
        for place, end in ends.items():
            self._progress[place] = _Progress(stored=end, next=end)

    async def _report(self, consumer: Any, polled: Mapping[TopicPartition, Any]) -> None:  # noqa: ANN401 - aiokafka has no types
        hit("W10")
        offsets = {place: self._progress[place].next for place in polled if place in self._progress}
        try:
            await consumer.commit(offsets)
        except KafkaError as error:  # Only a report: our own rows decide.
            _log.info("consumer.report_failed", consumer=self._reader.consumer, error=repr(error))


def _merged(partitions: Iterable[Sequence[Unit]]) -> Iterator[Unit]:
    """Join what one handler hears from several partitions; each partition keeps its order."""
    for row in zip_longest(*partitions):
        joined: dict[int, Unit] = {}
        for unit in row:
            if unit is not None:
                mine = joined.setdefault(id(unit.subscription), Unit(unit.subscription))
                mine.messages.extend(unit.messages)
        yield from joined.values()


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

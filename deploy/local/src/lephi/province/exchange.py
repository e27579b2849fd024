"""The province's side of the exchange: hears facts, answers them, publishes, counts."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from lephi.province import messages, wire
from lephi.province.dossiers import make_dossiers
from lephi.province.faults import Fault, Faults, letters_of
from lephi.province.store import Fact, Store

_POLL_MS: Final = 1_000
_POLL_RECORDS: Final = 1_000
_PAGE: Final = 1_000
_AGAIN_SECONDS: Final = 1.0
_TOTALS_AFTER: Final = timedelta(hours=0, minutes=10)
_LOOK_SECONDS: Final = 60.0


@dataclass(frozen=True)
class Order:
    """What is to be published."""

    count: int
    seed: int = 1
    skip: int = 0
    """So many of the first ones are left out: they were published before."""
    day: datetime | None = None
    """An instant of the day on which they were received; None: now."""
    withhold: int = 0
    """So many stand in the books and are not sent: they are what is missing on the other side."""


@dataclass(frozen=True)
class Published:
    """What was sent."""

    dossiers: int
    messages: int
    rubbish: int
    """So many of the messages must be refused."""
    withheld: list[str]


@dataclass
class Exchange:
    """One province on one Kafka."""

    bootstrap: str
    store: Store
    faults: Faults = field(default_factory=Faults)
    refused: Counter[str] = field(default_factory=Counter)
    """How often each reason came back for a message of ours."""
    _producer: AIOKafkaProducer | None = None
    _late: set["asyncio.Task[None]"] = field(default_factory=set)

    @property
    def is_connected(self) -> bool:
        """Tell whether Kafka can be reached."""
        return self._producer is not None

    async def run(self) -> None:
        """Hear and answer for ever; when Kafka is away, begin again."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._hear_for_ever())
            group.create_task(self._tell_totals_for_ever())

    async def _hear_for_ever(self) -> None:
        while True:
            try:
                await self._hear()
            except (KafkaError, OSError):
                await asyncio.sleep(_AGAIN_SECONDS)
            finally:
                producer, self._producer = self._producer, None
                if producer is not None:
                    await producer.stop()

    async def _hear(self) -> None:
        await wire.ensure_topics(self.bootstrap)
        producer = wire.new_producer(self.bootstrap)
        await producer.start()
        self._producer = producer
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap, client_id="tthc-tinh", enable_auto_commit=False,
            auto_offset_reset="earliest", isolation_level="read_committed",
            fetch_max_wait_ms=_POLL_MS,
        )  # fmt: skip
        await consumer.start()
        try:
            self._begin(consumer)
            await self._answer_all()
            while True:
                polled = await consumer.getmany(timeout_ms=_POLL_MS, max_records=_POLL_RECORDS)
                if polled:
                    await self._take(polled)
        finally:
            await consumer.stop()

    def _begin(self, consumer: AIOKafkaConsumer) -> None:
        topics = (wire.DOSSIERS, wire.FACTS)
        places = [TopicPartition(topic, n) for topic in topics for n in range(wire.PARTITIONS)]
        consumer.assign(places)
        known = self.store.positions()
        for place in places:
            consumer.seek(place, known.get((place.topic, place.partition), 0))

    async def _take(self, polled: dict[TopicPartition, Sequence[Any]]) -> None:
        wanted: list[str] = []
        with self.store.changing():
            for place, records in polled.items():
                values = [record.value for record in records]
                if place.topic == wire.DOSSIERS:
                    own = (messages.own_dossier(value) for value in values)
                    self.store.keep_dossiers(one for one in own if one is not None)
                else:
                    wanted += self._hear_facts(values)
                self.store.move(place.topic, place.partition, records[-1].offset + 1)
        if wanted:
            await self.send_again(wanted)
        await self._answer_all()

    def _hear_facts(self, values: Iterable[bytes | None]) -> list[str]:
        """Keep the facts; return the dossiers that are asked for once more."""
        heard: list[Fact] = []
        wanted: list[str] = []
        for found in (messages.fact_of(value) for value in values):
            if found is None:
                continue
            fact, data = found
            heard.append(fact)
            if fact.type == messages.SEND_AGAIN:
                wanted += data["MaHoSo"]
            elif fact.type.endswith(".BiTuChoi.v1"):
                self.refused[str(data.get("LyDo"))] += 1
        self.store.hear(heard)
        return wanted

    async def _answer_all(self) -> None:
        """Answer what waits, as the faults say."""
        if self.faults.are(Fault.SILENT):
            return
        while waiting := self.store.unanswered(_PAGE):
            slow = self.faults.use(Fault.SLOW)
            kept, refused, letters = self._answers(waiting)
            if slow is not None:
                later = asyncio.create_task(self._answer_later(letters, slow.after_ms))
                self._late.add(later)
                later.add_done_callback(self._late.discard)
            else:
                await self._send(letters)
            with self.store.changing():
                self.store.answered(kept, held=True)
                self.store.answered(refused, held=False)

    def _answers(
        self, waiting: Sequence[tuple[str, str]]
    ) -> tuple[list[str], list[str], list[wire.Letter]]:
        kept: list[str] = []
        refused: list[str] = []
        letters: list[wire.Letter] = []
        now = datetime.now(UTC)
        for fact_id, code in waiting:
            wish = self.faults.use(Fault.REFUSE, code)
            (kept if wish is None else refused).append(fact_id)
            reason = None if wish is None else wish.reason
            letters.append(messages.answer(fact_id, code, reason=reason, now=now))
        if self.faults.are(Fault.OUT_OF_ORDER):
            letters.reverse()
        if self.faults.are(Fault.TWICE):
            letters = [one for each in letters for one in (each, each)]
        return kept, refused, letters

    async def _answer_later(self, letters: Sequence[wire.Letter], after_ms: int) -> None:
        await asyncio.sleep(after_ms / 1000)
        await self._send(letters)

    async def heal(self, fault: Fault | None = None) -> None:
        """Turn one fault, or all, off; what silence left unanswered is answered now."""
        self.faults.clear(fault)
        await self._answer_all()

    async def publish(self, order: Order) -> Published:
        """Publish made-up dossiers as the faults say; some may be withheld."""
        made = make_dossiers(order.count, seed=order.seed, now=order.day or datetime.now(UTC))
        dossiers = list(made)[order.skip :]
        with self.store.changing():
            self.store.keep_dossiers(messages.stored(each.message) for each in dossiers)
        random = Random(order.seed)  # noqa: S311 - made-up disorder, no secret
        withheld = {each.code for each in random.sample(dossiers, order.withhold)}
        sent = [each for each in dossiers if each.code not in withheld]
        total = spoilt = 0
        for batch in wire.batches(sent):
            letters = list(letters_of(batch, self.faults, random))
            await self._send(letters)
            total += len(letters)
            spoilt += sum(one.is_rubbish for one in letters)
        return Published(len(sent), total, spoilt, sorted(withheld))

    async def send_again(self, codes: Sequence[str]) -> None:
        """Publish dossiers once more, as they stand in the books."""
        found = self.store.bodies(codes)
        await self._send([wire.Letter(wire.DOSSIERS, code.encode(), body) for code, body in found])

    async def tell_totals(self, day: str) -> int:
        """Send the counts of ``day``; return in how many parts."""
        letters = messages.day_totals(day, self.store.totals(day), now=datetime.now(UTC))
        await self._send(letters)
        return len(letters)

    async def _tell_totals_for_ever(self) -> None:
        """Once a day tell the counts of the day before."""
        while True:
            now = datetime.now(UTC)
            yesterday = messages.today(now - timedelta(days=1))
            begun = messages.today(now) == messages.today(now - _TOTALS_AFTER)
            if begun and self._producer is not None and self._may_tell(yesterday):
                with suppress(KafkaError, NotConnectedError):
                    await self.tell_totals(yesterday)
            await asyncio.sleep(_LOOK_SECONDS)

    def _may_tell(self, day: str) -> bool:
        known = any(line.day == day for line in self.store.days())
        return known and not self.store.was_told(day)

    async def _send(self, letters: Sequence[wire.Letter]) -> None:
        if self._producer is None:
            raise NotConnectedError
        await wire.send(self._producer, letters)


class NotConnectedError(Exception):
    """Kafka does not answer yet."""

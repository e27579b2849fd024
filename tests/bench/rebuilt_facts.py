"""P7: facts per second of rebuilding the board, beside reading them and beside storing its lines.

(a) getmany(500) of the same streams, parsed; (b) the same lines upserted bare, a statement per
shape and poll. Both leave out what a rebuild must do besides: read once, compare, swap.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from pydantic_core import from_json

from dossier.main import VIEWS
from dossier.views.board import BOARD
from shared.contracts.catalogue import PARTITIONS
from shared.contracts.envelope import Event
from shared.db.database import Database
from shared.kafka.folding import by_event_type, puts_of
from shared.kafka.messages import of_kafka
from shared.kafka.producer import new_producer
from shared.kafka.rebuild import Rebuild, rebuild
from shared.kafka.topics import ensure_topics
from shared.kafka.view_schema import make_fresh
from shared.views import Put, merged, statements_of
from tests.bench import figures
from tests.bench.figures import Limit, Name, Result
from tests.bench.scratch import Bench
from tests.dossier.rebuilding import a_life
from tests.support.facts import an_envelope
from tests.support.servers import Servers
from tests.support.streams import folding_live
from tests.support.waiting import eventually

P7A: Final = Name("P7a", "rebuilt facts/s, to reading", "", "kafka_io.py", Limit(0.15, 0.30))
P7B: Final = Name("P7b", "rebuilt facts/s, to storing", "", "fold.py")
"""Reported without a limit: docs/adr/0010 says why."""
DOSSIERS: Final = 5_000
_POLL: Final = 500
_WARM_UPS: Final = 1
_SCHEMA: Final = "bare"
_TOPICS: Final = sorted({each.event.topic for each in BOARD.folds})
_CONSUMER: Final = "dossier.views"


@dataclass(frozen=True)
class Streams:
    """Streams full of the facts of paid dossiers, and a database that has heard them."""

    database: Database
    kafka: str
    facts: int

    async def rebuild(self) -> float:
        """Rebuild the board; return facts per second."""
        wanted = Rebuild(view=BOARD, views=VIEWS, live=_CONSUMER, bootstrap=self.kafka)
        begin = perf_counter()
        done = await rebuild(self.database, wanted)
        seconds = perf_counter() - begin
        if done.differences or done.facts != self.facts:
            raise RuntimeError(f"{done.facts} of {self.facts} facts, {done.differences}")
        return self.facts / seconds

    async def read(self) -> float:
        """Read all facts in polls of 500 and parse each; return facts per second."""
        async with _consumer(self.kafka) as consumer:
            count, begin = 0, perf_counter()
            while count < self.facts:
                polled = await consumer.getmany(timeout_ms=2_000, max_records=_POLL)
                for records in polled.values():
                    count += len(records)
                    for record in records:
                        from_json(record.value)
            return count / (perf_counter() - begin)

    async def store(self, polls: Sequence[Sequence[Put]]) -> float:
        """Store what each poll changes, merged by line beforehand; return facts per second."""
        async with self.database.transaction() as session:
            await make_fresh(session, [BOARD], _SCHEMA)
        written = [list(statements_of(merged(puts), _SCHEMA)) for puts in polls]
        connection = await asyncpg.connect(self.database.dsn)
        begin = perf_counter()
        for statements in written:
            async with connection.transaction():
                for sql, arguments in statements:
                    await connection.execute(sql, *arguments)
        seconds = perf_counter() - begin
        await connection.close()
        return self.facts / seconds

    async def puts(self) -> list[list[Put]]:
        """Return what each poll of 500 changes."""
        by_type = by_event_type([BOARD])
        found: list[list[Put]] = []
        async with _consumer(self.kafka) as consumer:
            count = 0
            while count < self.facts:
                polled = await consumer.getmany(timeout_ms=2_000, max_records=_POLL)
                heard = [of_kafka(record) for records in polled.values() for record in records]
                count += len(heard)
                found.append(list(puts_of(by_type, heard)))
        return found


@asynccontextmanager
async def _consumer(kafka: str) -> AsyncIterator[Any]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka, group_id=None, enable_auto_commit=False,
        isolation_level="read_committed", max_partition_fetch_bytes=8 << 20, fetch_max_wait_ms=5,
    )  # fmt: skip
    await consumer.start()
    try:
        places = [TopicPartition(topic, n) for topic in _TOPICS for n in range(PARTITIONS)]
        consumer.assign(places)
        await consumer.seek_to_beginning()
        yield consumer
    finally:
        await consumer.stop()


@asynccontextmanager
async def filled(bench: Bench, dossiers: int = DOSSIERS) -> AsyncIterator[Streams]:
    """Fill the streams, and let the live board hear them."""
    url = await bench.databases.fresh("dossier")
    database = Database(url)
    await ensure_topics(bench.servers.kafka, set(_TOPICS), replication=1)
    facts = await _send(bench.servers.kafka, dossiers)
    await _hear(database, bench.servers, facts)
    try:
        yield Streams(database, bench.servers.kafka, facts)
    finally:
        await database.close()
        await bench.databases.drop(url)


async def _send(kafka: str, dossiers: int) -> int:
    producer = new_producer(kafka, client_id="bench")
    await producer.start()
    sending: list[Any] = []
    try:
        for number in range(dossiers):
            life = a_life(f"H34.10-261122-{number:07}")
            sending += [await _sent(producer, fact) for fact in life]
            if number % 500 == 0:
                await asyncio.gather(*sending[-3_000:])
        await asyncio.gather(*sending)
    finally:
        await producer.stop()
    return len(sending)


async def _sent(producer: Any, fact: Event) -> Any:  # noqa: ANN401 - aiokafka has no types
    envelope = an_envelope(fact)
    return await producer.send(
        type(fact).topic,
        key=fact.subject.encode(),
        value=envelope.model_dump_json(exclude_none=True).encode(),
        headers=[("ce_id", str(envelope.id).encode()), ("ce_type", fact.type.encode())],
    )


async def _hear(database: Database, servers: Servers, facts: int) -> None:
    connection = await asyncpg.connect(database.dsn)
    heard = "SELECT coalesce(sum(next_offset), 0) FROM consumer_offset WHERE consumer = $1"

    async def all_of_them() -> bool:
        return bool(await connection.fetchval(heard, _CONSUMER) >= facts)

    try:
        async with folding_live(database, servers, VIEWS, service="dossier"):
            await eventually(all_of_them, timeout_seconds=120)
    finally:
        await connection.close()


async def measure(bench: Bench, *, pairs: int) -> list[Result]:
    """Return the two lines of P7."""
    reading: list[float] = []
    storing: list[float] = []
    ours: list[float] = []
    async with filled(bench, DOSSIERS) as streams:
        puts = await streams.puts()
        for number in range(_WARM_UPS + pairs):
            found = await streams.read(), await streams.rebuild(), await streams.store(puts)
            if number < _WARM_UPS:
                continue
            for values, value in zip((reading, ours, storing), found, strict=True):
                values.append(value)
            words = (f"{each:,.0f}/s" for each in found)
            bench.tell(f"P7 pair {len(ours)}/{pairs}: read, rebuilt, stored {', '.join(words)}")
    return [figures.result(P7A, reading, ours), figures.result(P7B, storing, ours)]

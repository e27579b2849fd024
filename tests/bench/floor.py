"""What the machine needs for the hops of P5 and P6 with nothing else in the way."""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from time import perf_counter
from typing import Any, Final

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from receipt.domain.issuing import TEMPLATE_VERSION
from receipt.domain.payer import Payer
from shared.contracts.receipt import ReceiptIssued
from shared.kafka.producer import new_producer
from tests.bench.bare_receipt import Bare
from tests.contracts.examples import example_of
from tests.receipt.signers import new_key
from tests.support.servers import Servers

HALF_A_POLL_MS: Final = 5.0
"""Half the pause of a busy relay: a row is stored, on average, in the middle of it."""
_EVENT: Final = b"x" * 1_700
_EACH: Final = 30
_RENDERS: Final = 2


@dataclass
class Floor:
    """Measures one round of the bare hops; the same connections all the time."""

    connection: asyncpg.Connection
    producer: AIOKafkaProducer
    consumer: AIOKafkaConsumer
    topic: str
    receipt: Bare

    async def commit_ms(self) -> float:
        """Return the median of committing one row."""
        return await _median_ms(
            lambda: self.connection.execute(
                "INSERT INTO bench_floor VALUES ($1, $2)", uuid.uuid4(), datetime.now(UTC)
            )
        )

    async def hand_over_ms(self) -> float:
        """Return the median from sending one event to a consumer that waits for it."""

        async def once() -> None:
            await self.producer.send(self.topic, _EVENT, key=b"k", partition=0)
            while not await self.consumer.getmany(timeout_ms=1000):
                pass

        return await _median_ms(once)

    async def number_ms(self) -> float:
        """Return P5's floor: two commits, one hand-over, half a poll."""
        return 2 * await self.commit_ms() + await self.hand_over_ms() + HALF_A_POLL_MS

    async def file_ms(self) -> float:
        """Return P6's floor: P5's, a bare render and signature of a receipt, one more commit."""
        took = []
        for _ in range(_RENDERS):
            begin = perf_counter()
            await self.receipt.make()
            took.append((perf_counter() - begin) * 1000)
        return await self.number_ms() + median(took) + await self.commit_ms()


async def _median_ms(work: Callable[[], Awaitable[object]]) -> float:
    took = []
    for _ in range(_EACH):
        begin = perf_counter()
        await work()
        took.append((perf_counter() - begin) * 1000)
    return median(took)


@asynccontextmanager
async def open_floor(servers: Servers, dsn: str) -> AsyncIterator[Floor]:
    """Open what the floor needs, on the same servers as the product."""
    topic = f"bench-{uuid.uuid4().hex[:8]}"
    await _make_topic(servers.kafka, topic)
    connection = await asyncpg.connect(dsn)
    await connection.execute("CREATE TABLE bench_floor (id uuid PRIMARY KEY, at timestamptz)")
    producer = new_producer(servers.kafka, client_id="bench")
    consumer = AIOKafkaConsumer(
        bootstrap_servers=servers.kafka, enable_auto_commit=False,
        isolation_level="read_committed", fetch_max_wait_ms=500,
    )  # fmt: skip
    await producer.start()
    await consumer.start()
    place = TopicPartition(topic, 0)
    consumer.assign([place])
    await consumer.seek_to_end(place)
    await consumer.position(place)
    try:
        yield Floor(connection, producer, consumer, topic, _bare_receipt())
    finally:
        await consumer.stop()
        await producer.stop()
        await connection.close()


async def _make_topic(bootstrap: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 1, 1)])
    await admin.close()


def _bare_receipt() -> Bare:
    fact: Any = example_of(ReceiptIssued)
    newest = fact.model_copy(update={"template_version": TEMPLATE_VERSION})
    return Bare(newest, Payer(name="Nguyễn Thị Minh Họa", address=None, tax_code=None), new_key())

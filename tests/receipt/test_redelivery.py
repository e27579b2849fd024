"""The whole of lephi.payment once more, with an empty inbox: no number, no file, no fact is new."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition

from receipt.handlers import subscriptions
from receipt.jobs.files import make_file
from shared import inbox
from shared.contracts.catalogue import PARTITIONS
from shared.contracts.parts import FeeKind
from shared.contracts.payment import TOPIC, PaymentSettled
from shared.db import driver
from shared.db.database import Database
from shared.ids import new_id
from shared.kafka.consumer import Consumer, Reader
from shared.kafka.loops import restarting
from shared.kafka.producer import new_producer
from shared.kafka.topics import ensure_topics
from tests.receipt.acts import RECEIPT_URL, is_gapless, know
from tests.receipt.builders import a_line, a_party, a_payment
from tests.receipt.world import World
from tests.support.facts import an_envelope
from tests.support.servers import Servers
from tests.support.waiting import eventually

TABLES = ("series", "receipt", "receipt_file", "outbox", "outbox_subject", "awaiting_number")


async def tell(kafka: str, payments: Sequence[PaymentSettled]) -> None:
    """Put ``payments`` on the stream as the gateway does, each third one twice."""
    producer = new_producer(kafka, client_id="test")
    await producer.start()
    try:
        for number, payment in enumerate(payments):
            envelope = an_envelope(payment)
            headers = [("ce_id", str(envelope.id).encode()), ("ce_type", envelope.type.encode())]
            body = envelope.model_dump_json(exclude_none=True).encode()
            for _ in range(1 + (number % 3 == 0)):
                await producer.send(TOPIC, body, key=payment.dossier_code.encode(), headers=headers)
        await producer.flush()
    finally:
        await producer.stop()


async def ends(kafka: str) -> dict[int, int]:
    """Return how far each partition of the stream goes."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka)
    await consumer.start()
    try:
        places = [TopicPartition(TOPIC, number) for number in range(PARTITIONS)]
        found = await consumer.end_offsets(places)
        return {place.partition: end for place, end in found.items() if end}
    finally:
        await consumer.stop()


@asynccontextmanager
async def hearing(database: Database, kafka: str, consumer: str) -> AsyncIterator[None]:
    """Run the worker's consumer of settled payments."""
    (settled,) = [s for s in subscriptions(RECEIPT_URL) if s.event_type == PaymentSettled.type]
    reader = Reader(
        consumer=consumer, instance="0", subscriptions=(settled,),
        topic="lephi.receipt", source="/lephi/receipt",
    )  # fmt: skip
    task = asyncio.create_task(
        restarting("receipt", Consumer(database, reader, bootstrap=kafka).run)
    )
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def heard_all(database: Database, consumer: str, goal: dict[int, int]) -> bool:
    async with database.transaction() as session:
        rows = await inbox.next_offsets(session, consumer)
    return all(rows.get((TOPIC, place), 0) >= end for place, end in goal.items())


async def everything(database: Database) -> dict[str, list[str]]:
    """Return all rows of the tables that decide, as text."""
    found = {}
    async with database.transaction() as session:
        for table in TABLES:
            rows = await driver.fetch(session, f"SELECT t::text AS row FROM {table} t ORDER BY 1")  # noqa: S608
            found[table] = [row["row"] for row in rows]
    return found


async def test_given_numbered_payments_when_the_whole_stream_comes_again_then_nothing_is_new(
    world: World, servers: Servers
) -> None:
    database, consumer = world.database, f"receipt-{new_id().hex}"
    await ensure_topics(servers.kafka, {TOPIC}, replication=1)
    day = new_id().int % 900_000 + 100_000
    payments = [
        a_payment(
            a_line(), *[a_line(FeeKind.LE_PHI, amount_vnd=9_000)] * (number % 2),
            dossier_code=f"H34.10-{day}-{number:04}",
        )
        for number in range(60)
    ]  # fmt: skip
    await know(database, a_party(dossier_code=payments[0].dossier_code))
    await tell(servers.kafka, payments)
    goal = await ends(servers.kafka)
    async with hearing(database, servers.kafka, consumer):
        await eventually(lambda: heard_all(database, consumer, goal), timeout_seconds=60)
    assert await make_file(database, None, workshop=world.workshop)
    before, files = await everything(database), world.store_files()

    async with database.transaction() as session:
        await inbox.forget(session, consumer)
    async with hearing(database, servers.kafka, consumer):
        await eventually(lambda: heard_all(database, consumer, goal), timeout_seconds=60)

    assert sum(str(day) in row for row in before["receipt"]) == 90
    assert await everything(database) == before
    assert world.store_files() == files != []
    assert await is_gapless(database)

"""Facts on real PostgreSQL and Kafka: said, relayed, read back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from shared import parked
from shared.contracts.catalogue import PARTITIONS
from shared.contracts.envelope import Envelope
from shared.contracts.payment import TOPIC, PaymentClosed
from shared.db.database import Database
from shared.db.metadata import ViewBase
from shared.db.tables import ParkedRow
from shared.errors import DomainError, Kind
from shared.ids import new_id
from shared.kafka.consumer import Consumer, Reader
from shared.kafka.loops import restarting
from shared.kafka.relay import Relay
from shared.kafka.topics import ensure_topics
from shared.outbox import emit
from shared.subscriptions import Subscription
from shared.views import Put, View, fold
from tests.support.facts import NOON, a_cause
from tests.support.servers import Servers


class CountRow(ViewBase):
    """How many payments of a dossier were closed; a view of these tests."""

    __tablename__ = "closed_count"

    dossier_code: Mapped[str] = mapped_column(primary_key=True)
    closed: Mapped[int] = mapped_column(server_default="0")


def count_closed(event: Envelope[PaymentClosed]) -> Iterator[Put]:
    yield Put(row=CountRow, key={"dossier_code": event.subject}, amounts={"closed": 1})


COUNTS = View(
    name="counts", version=1, rows=(CountRow,), folds=(fold(PaymentClosed, count_closed),)
)


class BrokenRuleError(DomainError):
    """A rule that these tests break."""

    kind = Kind.INVALID
    code = "broken-rule"
    title = "Sai quy tắc"


class TooEarlyError(DomainError):
    """Another fact must come first."""

    kind = Kind.WAITING
    code = "too-early"
    title = "Chưa đến lượt"


def a_code() -> str:
    return f"H34.10-261124-{new_id().int % 10**7:07}"


def a_closed_payment(code: str) -> PaymentClosed:
    return PaymentClosed(dossier_code=code, payment_id=new_id(), reason="withdrawn")


async def said(database: Database, *codes: str) -> None:
    """Say one fact for each code, each in a transaction of its own."""
    for code in codes:
        async with database.transaction() as session:
            fact = a_closed_payment(code)
            await emit(session, fact, cause=a_cause(), agency="H34.10", now=NOON)


@asynccontextmanager
async def relaying(database: Database, servers: Servers) -> AsyncIterator[None]:
    await ensure_topics(servers.kafka, {TOPIC, "lephi.dossier"}, replication=1)
    relay = Relay(database, bootstrap=servers.kafka, name="test")
    task = asyncio.create_task(restarting("relay", relay.run))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def reading(
    database: Database, servers: Servers, *subscriptions: Subscription, consumer: str
) -> AsyncIterator[None]:
    reader = Reader(
        consumer=consumer, instance="0", subscriptions=subscriptions,
        topic="lephi.dossier", source="/lephi/dossier",
    )  # fmt: skip
    task = asyncio.create_task(
        restarting(consumer, Consumer(database, reader, bootstrap=servers.kafka).run)
    )
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def unsent(database: Database) -> int:
    async with database.transaction() as session:
        statement = text("SELECT count(*) FROM outbox WHERE published_at IS NULL")
        return int(await session.scalar(statement) or 0)


async def all_sent(database: Database) -> bool:
    return await unsent(database) == 0


async def records(servers: Servers) -> list[Any]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=servers.kafka, enable_auto_commit=False, isolation_level="read_committed"
    )
    await consumer.start()
    try:
        places = [TopicPartition(TOPIC, number) for number in range(PARTITIONS)]
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        ends = await consumer.end_offsets(places)
        found: list[Any] = []
        while any([await consumer.position(place) < ends[place] for place in places]):
            for batch in (await consumer.getmany(timeout_ms=200)).values():
                found.extend(batch)
        return found
    finally:
        await consumer.stop()


async def at_least(count: Callable[[], Awaitable[int]], wanted: int) -> bool:
    return await count() >= wanted


async def parked_of(database: Database, count: int) -> Sequence[ParkedRow]:
    async with database.transaction() as session:
        rows = await parked.list_parked(session)
    return rows if len(rows) == count else []


async def nothing_parked(database: Database) -> bool:
    async with database.transaction() as session:
        return not await parked.list_parked(session)


async def folded(database: Database, codes: list[str], *, total: int) -> bool:
    async with database.transaction() as session:
        statement = text("SELECT sum(closed) FROM view.closed_count WHERE dossier_code = ANY(:c)")
        return bool(await session.scalar(statement, {"c": codes}) == total)


async def _is(condition: bool) -> bool:  # noqa: FBT001 - a value, not a switch
    return condition

"""Outbox, relay, consumer, inbox, parking and views, on real PostgreSQL and Kafka."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from shared import inbox, parked
from shared.contracts.catalogue import PARTITIONS
from shared.contracts.dossier import DossierClosed
from shared.contracts.envelope import Envelope
from shared.contracts.payment import TOPIC, PaymentClosed
from shared.db.database import Database
from shared.db.metadata import ViewBase
from shared.db.tables import ParkedRow
from shared.errors import DomainError, Kind
from shared.ids import new_id
from shared.inbox import FencedError, Step
from shared.kafka.consumer import Consumer, Reader
from shared.kafka.folding import folding
from shared.kafka.loops import restarting
from shared.kafka.relay import Relay
from shared.kafka.topics import ensure_topics
from shared.kafka.view_schema import prepare_views
from shared.outbox import emit
from shared.subscriptions import Message, Subscription, on, on_batch, on_messages
from shared.views import Put, View, fold
from tests.conftest import NewDatabase
from tests.support.facts import NOON, a_cause, emitted
from tests.support.servers import Servers
from tests.support.waiting import eventually


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


async def test_given_many_writers_when_they_say_facts_of_one_subject_then_sequences_have_no_gap(
    database_of: NewDatabase,
) -> None:
    database, code = await database_of("shared"), a_code()

    await asyncio.gather(*[said(database, *[code] * 5) for _ in range(16)])

    async with database.transaction() as session:
        statement = text("SELECT (payload::json->>'sequence')::int FROM outbox ORDER BY position")
        assert list(await session.scalars(statement)) == list(range(1, 81))


async def test_given_a_transaction_that_fails_when_it_ends_then_nothing_was_said(
    database_of: NewDatabase,
) -> None:
    database = await database_of("shared")

    async def say_and_fail() -> None:
        async with database.transaction() as session:
            fact = a_closed_payment(a_code())
            await emit(session, fact, cause=a_cause(), agency="H34.10", now=NOON)
            raise BrokenRuleError("after the fact was stored")

    with pytest.raises(BrokenRuleError):
        await say_and_fail()

    assert await emitted(database) == []


async def test_given_facts_in_the_outbox_when_two_relays_run_then_kafka_has_each_once_in_order(
    database_of: NewDatabase, servers: Servers
) -> None:
    database, codes = await database_of("shared"), [a_code() for _ in range(5)]
    await said(database, *codes * 20)

    async with relaying(database, servers), relaying(database, servers):
        await eventually(lambda: all_sent(database))

    got = [record for record in await records(servers) if record.key.decode() in codes]
    assert len(got) == 100
    for code in codes:
        own = [
            Envelope[PaymentClosed].model_validate_json(r.value)
            for r in got
            if r.key == code.encode()
        ]
        assert [event.sequence for event in own] == list(range(1, 21))


@pytest.mark.parametrize("place", ["W4", "W5", "W6", "W7"])
async def test_given_a_relay_that_fails_on_its_way_when_it_starts_anew_then_order_and_bytes_stay(
    database_of: NewDatabase, servers: Servers, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    database, code = await database_of("shared"), a_code()
    await said(database, *[code] * 20)
    monkeypatch.setenv("FAILPOINT", f"{place}:raise:2")

    async with relaying(database, servers):
        await eventually(lambda: all_sent(database))
        await said(database, *[code] * 20)
        await eventually(lambda: all_sent(database))

    told: dict[UUID, bytes] = {}
    for record in await records(servers):
        if record.key == code.encode():
            event = Envelope[PaymentClosed].model_validate_json(record.value)
            assert told.setdefault(event.id, record.value) == record.value
    own = [Envelope[PaymentClosed].model_validate_json(value) for value in told.values()]
    assert [event.sequence for event in own] == list(range(1, 41))


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


async def test_given_a_fact_heard_when_it_is_delivered_again_then_it_takes_effect_once(
    database_of: NewDatabase, servers: Servers
) -> None:
    database, code, name = await database_of("shared"), a_code(), f"c{new_id().hex}"
    async with database.transaction() as session:
        await session.execute(text("CREATE TABLE heard (subject text)"))

    async def handle(session: AsyncSession, event: Envelope[PaymentClosed]) -> None:
        await session.execute(text("INSERT INTO heard VALUES (:code)"), {"code": event.subject})

    async def effects() -> int:
        async with database.transaction() as session:
            mine = text("SELECT count(*) FROM heard WHERE subject = :code")
            return int(await session.scalar(mine, {"code": code}))

    async with relaying(database, servers):
        await said(database, code, code)
        async with reading(database, servers, on(PaymentClosed, handle), consumer=name):
            await eventually(lambda: at_least(effects, 2))
        async with database.transaction() as session:
            await session.execute(text("UPDATE consumer_offset SET next_offset = 0"))
        await said(database, code)
        async with reading(database, servers, on(PaymentClosed, handle), consumer=name):
            await eventually(lambda: at_least(effects, 3))

    assert await effects() == 3


async def at_least(count: Callable[[], Awaitable[int]], wanted: int) -> bool:
    return await count() >= wanted


async def test_given_a_batch_with_a_bad_one_when_it_is_heard_then_the_key_waits_and_others_go_on(
    database_of: NewDatabase, servers: Servers
) -> None:
    database, name = await database_of("shared"), f"c{new_id().hex}"
    bad, good = a_code(), a_code()
    heard: list[str] = []
    mended = asyncio.Event()

    async def handle(_session: AsyncSession, events: Sequence[Envelope[PaymentClosed]]) -> None:
        if not mended.is_set() and any(event.subject == bad for event in events):
            raise BrokenRuleError("the bad one")
        heard.extend(event.subject for event in events)

    async with relaying(database, servers):
        await said(database, good, bad, good, bad, good)
        async with reading(database, servers, on_batch(PaymentClosed, handle), consumer=name):
            await eventually(lambda: _is(heard.count(good) == 3))
            rows = await eventually(lambda: parked_of(database, 2))
            assert [(row.key, row.state) for row in rows] == [(bad, "waiting"), (bad, "behind")]
            assert bad not in heard
            assert "vn.lephi.MessageParked.v1" in await emitted(database)

            mended.set()
            async with database.transaction() as session:
                await parked.release(session, rows[0].id, by="vanhanh")
            await eventually(lambda: _is(heard.count(bad) == 2))
            await eventually(lambda: nothing_parked(database))

    assert "vn.lephi.MessageReleased.v1" in await emitted(database)


async def parked_of(database: Database, count: int) -> Sequence[ParkedRow]:
    async with database.transaction() as session:
        rows = await parked.list_parked(session)
    return rows if len(rows) == count else []


async def nothing_parked(database: Database) -> bool:
    async with database.transaction() as session:
        return not await parked.list_parked(session)


async def test_given_a_message_that_waits_for_another_when_that_comes_then_it_goes_on_by_itself(
    database_of: NewDatabase, servers: Servers
) -> None:
    database, code, name = await database_of("shared"), a_code(), f"c{new_id().hex}"
    opened: set[str] = set()
    heard: list[str] = []

    async def handle(_session: AsyncSession, event: Envelope[PaymentClosed]) -> None:
        if event.subject == code and code not in opened:
            raise TooEarlyError("the dossier is not known yet")
        heard.append(event.subject)

    async def open_first(_session: AsyncSession, event: Envelope[DossierClosed]) -> None:
        opened.add(event.subject)

    subscriptions = (on(PaymentClosed, handle), on(DossierClosed, open_first))
    async with (
        relaying(database, servers),
        reading(database, servers, *subscriptions, consumer=name),
    ):
        await said(database, code)
        await eventually(lambda: parked_of(database, 1))
        async with database.transaction() as session:
            fact = DossierClosed(dossier_code=code, closed_at=NOON)
            await emit(session, fact, cause=a_cause(), agency="H34.10", now=NOON)
        await eventually(lambda: _is(code in heard))

    assert heard.count(code) == 1


async def test_given_a_partition_that_moved_when_the_old_owner_commits_then_it_is_fenced(
    database_of: NewDatabase,
) -> None:
    database = await database_of("shared")
    async with database.transaction() as session:
        await inbox.advance(session, "receipt", [Step(TOPIC, 3, None, 10), Step(TOPIC, 4, None, 7)])
    async with database.transaction() as session:
        await inbox.advance(session, "receipt", [Step(TOPIC, 3, 10, 20), Step(TOPIC, 5, None, 1)])

    for late in (Step(TOPIC, 3, 10, 15), Step(TOPIC, 5, None, 1)):
        with pytest.raises(FencedError):
            async with database.transaction() as session:
                await inbox.advance(session, "receipt", [Step(TOPIC, 4, 7, 8), late])

    async with database.transaction() as session:
        assert await inbox.next_offsets(session, "receipt") == {
            (TOPIC, 3): 20, (TOPIC, 4): 7, (TOPIC, 5): 1,
        }  # fmt: skip


async def test_given_facts_in_many_partitions_when_a_poll_reads_them_then_one_call_hears_all(
    database_of: NewDatabase, servers: Servers
) -> None:
    database, name = await database_of("shared"), f"c{new_id().hex}"
    codes = [a_code() for _ in range(40)]
    calls: list[list[Message]] = []

    async def hear(_: AsyncSession, messages: Sequence[Message]) -> None:
        calls.append([message for message in messages if message.key in codes])

    async with relaying(database, servers):
        await said(database, *codes * 2)
        await eventually(lambda: all_sent(database))
    async with reading(database, servers, on_messages(TOPIC, hear), consumer=name):
        await eventually(lambda: _is(sum(map(len, calls)) == 80))

    assert max(len({message.partition for message in call}) for call in calls) > 1
    for code in codes:
        offsets = [m.offset for call in calls for m in call if m.key == code]
        assert offsets == sorted(offsets)
        assert len(offsets) == 2


async def test_given_a_view_when_facts_are_folded_in_polls_then_sums_are_right(
    database_of: NewDatabase, servers: Servers
) -> None:
    database, name = await database_of("shared"), f"c{new_id().hex}"
    codes = [a_code() for _ in range(3)]
    await prepare_views(database, (COUNTS,), consumer=name)

    async with (
        relaying(database, servers),
        reading(database, servers, *folding((COUNTS,)), consumer=name),
    ):
        await said(database, *codes * 7)
        await eventually(lambda: folded(database, codes, total=21))

    async with database.transaction() as session:
        rows = await session.execute(
            text("SELECT closed FROM view.closed_count WHERE dossier_code = ANY(:c)"), {"c": codes}
        )
        assert [row.closed for row in rows] == [7, 7, 7]


async def folded(database: Database, codes: list[str], *, total: int) -> bool:
    async with database.transaction() as session:
        statement = text("SELECT sum(closed) FROM view.closed_count WHERE dossier_code = ANY(:c)")
        return bool(await session.scalar(statement, {"c": codes}) == total)


async def _is(condition: bool) -> bool:  # noqa: FBT001 - a value, not a switch
    return condition

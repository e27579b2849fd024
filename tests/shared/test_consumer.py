"""Consumer, inbox, parking and views, on real PostgreSQL and Kafka."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import inbox, parked
from shared.contracts.dossier import DossierClosed
from shared.contracts.envelope import Envelope
from shared.contracts.payment import TOPIC, PaymentClosed
from shared.ids import new_id
from shared.inbox import FencedError, Step
from shared.kafka.folding import folding
from shared.kafka.view_schema import prepare_views
from shared.outbox import emit
from shared.subscriptions import Message, on, on_batch, on_messages
from tests.conftest import NewDatabase
from tests.shared.messaging import (
    COUNTS,
    BrokenRuleError,
    TooEarlyError,
    _is,
    a_code,
    all_sent,
    at_least,
    folded,
    nothing_parked,
    parked_of,
    reading,
    relaying,
    said,
)
from tests.support.facts import NOON, a_cause, emitted
from tests.support.servers import Servers
from tests.support.waiting import eventually


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

"""Every kept record goes into the archive, once, whatever it holds."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy import select, text

from ops import handlers, use_cases
from ops.tables import ArchiveRow, Base, StreamRow
from shared.clock import utc_now
from shared.contracts.envelope import Event
from shared.contracts.messaging import (
    MessageDiscarded,
    MessageParked,
    MessageReleased,
    OutboxCheckpoint,
)
from shared.contracts.ops import ArchiveCheckpoint
from shared.contracts.payment import TOPIC
from shared.db.database import Database
from shared.db.migrate import differences
from shared.subscriptions import Message
from tests.conftest import NewDatabase
from tests.ops.builders import CODE, LONG_AGO, NOW, a_settled_payment, an_id, told
from tests.support.facts import a_cause, emitted, facts


@pytest.fixture
async def database(database_of: NewDatabase) -> Database:
    return await database_of("ops")


def a_message(body: bytes | None, *, offset: int = 0, partition: int = 0) -> Message:
    return Message(TOPIC, partition, offset, CODE, body, {}, LONG_AGO)


def a_fact(fact: Event, number: int = 1) -> Message:
    return a_message(told(fact, event_id=an_id(number), at=LONG_AGO), offset=number)


async def archived(database: Database, *messages: Message) -> None:
    async with database.transaction() as session:
        await handlers.archive_records(session, messages)


async def rows(database: Database) -> Sequence[ArchiveRow]:
    async with database.transaction() as session:
        return (await session.scalars(select(ArchiveRow).order_by(ArchiveRow.offset))).all()


async def test_given_a_poll_when_archived_twice_then_each_record_is_there_once_byte_for_byte(
    database: Database,
) -> None:
    messages = [a_fact(a_settled_payment(), 1), a_fact(a_settled_payment(), 2)]

    await archived(database, *messages)
    await archived(database, *messages)

    kept = await rows(database)
    assert [row.body for row in kept] == [message.value for message in messages]
    assert [row.id for row in kept] == [an_id(1), an_id(2)]
    assert {(row.subject, row.type, row.sequence) for row in kept} == {
        (CODE, "vn.lephi.PaymentSettled.v1", 1)
    }
    async with database.transaction() as session:
        assert await session.scalar(select(StreamRow.events)) == 2


@pytest.mark.parametrize("body", [None, b"", b"\x00\xff", b"{}", b'{"id": 1}'])
async def test_given_bytes_that_are_no_fact_when_archived_then_they_are_kept_as_they_came(
    database: Database, body: bytes | None
) -> None:
    await archived(database, a_message(body))

    (row,) = await rows(database)
    assert row.body == body
    assert (row.id, row.type, row.subject) == (None, None, None)


@pytest.mark.parametrize("ending", [MessageReleased, MessageDiscarded])
async def test_given_a_parked_message_when_its_wait_ends_then_it_leaves_the_list(
    database: Database, ending: type[MessageReleased | MessageDiscarded]
) -> None:
    place = {"topic_name": "lephi.fee", "partition": 3, "offset": 14, "key": CODE}
    parked = MessageParked(consumer="payment-gateway", reason_code="unreadable", **place)

    await archived(database, a_fact(parked, 1))
    async with database.transaction() as session:
        (waiting,) = await use_cases.list_parked(session)
    ended = ending(consumer="payment-gateway", reason_code="unreadable", **place)
    await archived(database, a_fact(ended, 2))

    assert (waiting.key, waiting.reason_code, waiting.parked_at) == (CODE, "unreadable", LONG_AGO)
    async with database.transaction() as session:
        assert await use_cases.list_parked(session) == []


async def reached(database: Database, next_offset: int) -> None:
    """Let the consumer's own row say how far it has read."""
    async with database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO consumer_offset (consumer, topic, partition, next_offset)"
                " VALUES ('ops', :topic, 0, :next) ON CONFLICT (consumer, topic, partition)"
                " DO UPDATE SET next_offset = excluded.next_offset"
            ),
            {"topic": TOPIC, "next": next_offset},
        )


async def checkpoints_said(database: Database) -> int:
    async with database.transaction() as session:
        return await use_cases.say_checkpoints(session, cause=a_cause(), now=utc_now())


async def test_given_a_grown_stream_when_a_minute_passes_then_one_checkpoint_is_said(
    database: Database,
) -> None:
    await archived(database, a_fact(a_settled_payment(), 1))
    await reached(database, 2)

    said = [await checkpoints_said(database), await checkpoints_said(database)]

    assert said == [1, 0]
    (checkpoint,) = await facts(database, ArchiveCheckpoint)
    assert checkpoint.data == ArchiveCheckpoint(topic_name=TOPIC, partition=0, offset=2)
    assert checkpoint.subject == f"{TOPIC}/0"


async def test_given_only_checkpoints_when_a_minute_passes_then_nothing_is_said_about_them(
    database: Database,
) -> None:
    own = ArchiveCheckpoint(topic_name=TOPIC, partition=0, offset=2)
    theirs = OutboxCheckpoint(topic_name=TOPIC, partition=0, count=2, last_id=an_id(1))
    await archived(database, a_fact(own, 1), a_fact(theirs, 2))
    await reached(database, 3)

    assert await checkpoints_said(database) == 0
    assert await emitted(database) == []


async def test_given_archived_facts_when_a_timeline_is_asked_for_then_it_is_of_that_dossier(
    database: Database,
) -> None:
    other = a_settled_payment(code="H34.10-261124-0008")
    await archived(database, a_fact(a_settled_payment(), 1), a_fact(other, 2))

    async with database.transaction() as session:
        timeline = await use_cases.show_timeline(session, CODE)
        nothing = await use_cases.show_timeline(session, "H34.10-261124-9999")

    assert [entry.id for entry in timeline.entries] == [an_id(1)]
    assert (nothing.entries, nothing.awaited) == ([], [])


async def test_given_the_hourly_proof_when_asked_again_then_one_run_waits_at_a_time(
    database: Database,
) -> None:
    await archived(database, a_fact(a_settled_payment(), 1))
    async with database.transaction() as session:
        await use_cases.ask_hourly(session, now=NOW)
        await use_cases.ask_hourly(session, now=NOW)
        again = await use_cases.ask_for_proof(session, by="someone", now=NOW)
        first = await use_cases.take_due_proof(session, None, now=NOW)
        second = await use_cases.take_due_proof(session, None, now=NOW)

    assert again is None
    assert first is not None
    assert second is None


async def test_given_nothing_was_ever_said_when_an_hour_passes_then_there_is_nothing_to_prove(
    database: Database,
) -> None:
    async with database.transaction() as session:
        await use_cases.ask_hourly(session, now=NOW)

        assert await use_cases.take_due_proof(session, None, now=NOW) is None


async def test_given_the_tables_when_compared_with_the_migrations_then_they_agree(
    database: Database,
) -> None:
    found = await asyncio.to_thread(differences, database.dsn, "ops", Base.metadata)

    assert found is None

"""The outbox and its relay, on real PostgreSQL and Kafka."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import text

from shared.contracts.envelope import Envelope
from shared.contracts.payment import PaymentClosed
from shared.outbox import emit
from tests.conftest import NewDatabase
from tests.shared.messaging import (
    BrokenRuleError,
    a_closed_payment,
    a_code,
    all_sent,
    records,
    relaying,
    said,
)
from tests.support.facts import NOON, a_cause, emitted
from tests.support.servers import Servers
from tests.support.waiting import eventually


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

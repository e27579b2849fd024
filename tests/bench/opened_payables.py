"""P2 (a): payables opened per second, beside a bare insert of exactly the rows that this stores."""

from collections.abc import Sequence
from time import perf_counter
from typing import Any, Final

import asyncpg

from payment_gateway.handlers import SUBSCRIPTIONS
from shared.contracts.fee import FeeAssessed
from shared.db.database import Database
from shared.inbox import Step, advance
from shared.kafka.attempts import Attempts, Unit
from shared.kafka.consumer import Reader
from shared.subscriptions import Message
from tests.bench import figures, rows
from tests.bench.figures import Limit, Name, Result
from tests.bench.scratch import Bench, an_assessment
from tests.support.facts import NOON, an_envelope

P2A: Final = Name("P2a", "payables opened/s", "", "rows.py", Limit(must=0.25, aim=0.50))
POLL: Final = 200
_POLLS: Final = 30
_WARM_UPS: Final = 2
_CONSUMER: Final = "payment-gateway"
_TOPIC: Final = FeeAssessed.topic
_CONFLICT: Final = {
    "consumer_offset": "ON CONFLICT (consumer, topic, partition) DO UPDATE SET"
    " next_offset = excluded.next_offset, last_event_id = excluded.last_event_id",
}
_WRITTEN: Final = {
    "payable": "dossier_code = ANY($1::text[])",
    "inbox": "consumer = 'payment-gateway' AND event_id = ANY($1::uuid[])",
    "outbox_subject": "subject = ANY($1::text[])",
    "outbox": "aggregateid = ANY($1::text[])",
    "consumer_offset": "last_event_id = ANY($1::uuid[])",
}
"""Each table that a poll writes, and its rows of some dossiers and events."""


class Opening:
    """Hears polls of FeeAssessed as the worker does, from bytes to commit."""

    def __init__(self, database: Database) -> None:
        self._next = 0
        self._database = database
        reader = Reader(
            consumer=_CONSUMER, instance="0", subscriptions=SUBSCRIPTIONS, topic="", source=""
        )
        self._attempts = Attempts(database, reader)
        (self._subscription,) = [s for s in SUBSCRIPTIONS if s.event_type == FeeAssessed.type]

    def poll(self) -> list[Message]:
        """Return the next poll, as Kafka would hand it over."""
        return [_message(self._next + number) for number in range(POLL)]

    async def hear(self, messages: Sequence[Message]) -> None:
        """Open the payables of ``messages`` in one transaction."""
        old, new = self._next, self._next + len(messages)
        step = Step(_TOPIC, 0, old or None, new, messages[-1].event_id)
        failure = await self._attempts.once(
            [Unit(self._subscription, list(messages))],
            lambda session: advance(session, _CONSUMER, [step]),
        )
        if failure is not None:
            raise failure
        self._next = new


def _message(number: int) -> Message:
    envelope = an_envelope(an_assessment(f"H34.10-261124-{number:07}"))
    headers = {"ce_id": str(envelope.id).encode(), "ce_type": envelope.type.encode()}
    body = envelope.model_dump_json(exclude_none=True).encode()
    return Message(_TOPIC, 0, number, envelope.subject, body, headers, NOON)


class Bare:
    """Stores the same rows in a database of its own, one statement per poll."""

    def __init__(self, source: asyncpg.Connection, target: asyncpg.Connection) -> None:
        self._source = source
        self._target = target
        self._tables: list[tuple[rows.Table, str]] = []
        self._sql = ""

    async def prepare(self) -> None:
        """Read which columns the tables have."""
        for name, where in _WRITTEN.items():
            table = await rows.table_of(self._source, name, _CONFLICT.get(name, ""))
            self._tables.append((table, where))
        self._sql = rows.statement([table for table, _ in self._tables])

    async def read(self, messages: Sequence[Message]) -> list[list[Any]]:
        """Return the rows that the product stored for ``messages``."""
        codes = [message.key for message in messages]
        ids = [message.event_id for message in messages]
        found: list[list[Any]] = []
        for table, where in self._tables:
            keys = ids if "uuid" in where else codes
            found += await rows.columns(self._source, table, where, keys)
        return found

    async def store(self, values: Sequence[Any]) -> None:
        """Store one poll."""
        await self._target.execute(self._sql, *values)


async def measure(bench: Bench, *, pairs: int) -> Result:
    """Return the line of P2 (a)."""
    ours_url = await bench.databases.fresh("payment_gateway")
    bare_url = await bench.databases.fresh("payment_gateway")
    database = Database(ours_url)
    opening = Opening(database)
    source, target = await asyncpg.connect(ours_url), await asyncpg.connect(bare_url)
    try:
        bare = Bare(source, target)
        await bare.prepare()
        found = await _pairs(opening, bare, bench, pairs)
    finally:
        await source.close()
        await target.close()
        await database.close()
    for url in (ours_url, bare_url):
        await bench.databases.drop(url)
    return found


async def _pairs(opening: Opening, bare: Bare, bench: Bench, pairs: int) -> Result:
    baseline: list[float] = []
    ours: list[float] = []
    for number in range(_WARM_UPS + pairs):
        heard, mine = await _opened(opening)
        stored = [await bare.read(messages) for messages in heard]
        begin = perf_counter()
        for values in stored:
            await bare.store(values)
        base = _POLLS * POLL / (perf_counter() - begin)
        if number >= _WARM_UPS:
            baseline.append(base)
            ours.append(mine)
            bench.tell(f"P2a pair {len(ours)}/{pairs}: baseline {base:,.0f}/s, ours {mine:,.0f}/s")
    return figures.result(P2A, baseline, ours)


async def _opened(opening: Opening) -> tuple[list[list[Message]], float]:
    """Hear a slice of polls; return them, and how many payables were opened per second."""
    heard: list[list[Message]] = []
    seconds = 0.0
    for _ in range(_POLLS):
        messages = opening.poll()
        begin = perf_counter()
        await opening.hear(messages)
        seconds += perf_counter() - begin
        heard.append(messages)
    return heard, _POLLS * POLL / seconds

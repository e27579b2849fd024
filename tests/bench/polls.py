"""Polls heard as a worker hears them, beside a bare statement that stores exactly the same rows."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final

import asyncpg

from shared.contracts.envelope import Event
from shared.db.database import Database
from shared.inbox import Step, advance
from shared.kafka.attempts import Attempts, Unit
from shared.kafka.consumer import Reader
from shared.subscriptions import Message, Subscription
from tests.bench import figures, rows
from tests.bench.figures import Name, Result
from tests.bench.scratch import Bench
from tests.support.facts import NOON, an_envelope

POLL: Final = 200
_POLLS: Final = 30
_WARM_UPS: Final = 2
_OFFSETS: Final = (
    "ON CONFLICT (consumer, topic, partition) DO UPDATE SET"
    " next_offset = excluded.next_offset, last_event_id = excluded.last_event_id"
)
_ALWAYS_WRITTEN: Final = {
    "outbox_subject": "subject = ANY($1::text[])",
    "outbox": "aggregateid = ANY($1::text[])",
    "consumer_offset": "last_event_id = ANY($1::uuid[])",
}

Prepare = Callable[[asyncpg.Connection, int], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What a consumer hears, and what it writes because of it."""

    name: Name
    package: str
    consumer: str
    subscriptions: tuple[Subscription, ...]
    event: type[Event]
    fact: Callable[[int], Event]
    """Makes the fact of a number, each of a dossier of its own."""
    written: Mapping[str, str]
    """Tables of its own that a poll writes, and which of their rows, by dossiers or events."""
    conflicts: Mapping[str, str]
    """What happens to a row of them that is there already."""


class Hearing:
    """Hears polls of one kind of fact, from bytes to commit."""

    def __init__(self, database: Database, heard: Heard) -> None:
        self._heard = heard
        self._next = 0
        reader = Reader(
            consumer=heard.consumer, instance="0", subscriptions=heard.subscriptions,
            topic="", source="",
        )  # fmt: skip
        self._attempts = Attempts(database, reader)
        (self._subscription,) = [
            each for each in heard.subscriptions if each.event_type == heard.event.type
        ]

    def poll(self) -> list[Message]:
        """Return the next poll, as Kafka would hand it over."""
        return [self._message(self._next + number) for number in range(POLL)]

    async def hear(self, messages: Sequence[Message]) -> None:
        """Let ``messages`` take effect in one transaction."""
        old, new = self._next, self._next + len(messages)
        step = Step(self._heard.event.topic, 0, old or None, new, messages[-1].event_id)
        failure = await self._attempts.once(
            [Unit(self._subscription, list(messages))],
            lambda session: advance(session, self._heard.consumer, [step]),
        )
        if failure is not None:
            raise failure
        self._next = new

    def _message(self, number: int) -> Message:
        envelope = an_envelope(self._heard.fact(number))
        headers = {"ce_id": str(envelope.id).encode(), "ce_type": envelope.type.encode()}
        body = envelope.model_dump_json(exclude_none=True).encode()
        return Message(self._heard.event.topic, 0, number, envelope.subject, body, headers, NOON)


class Bare:
    """Stores the same rows in a database of its own, one statement per poll."""

    def __init__(
        self, source: asyncpg.Connection, target: asyncpg.Connection, heard: Heard
    ) -> None:
        self._source = source
        self._target = target
        self._heard = heard
        self._tables: list[tuple[rows.Table, str]] = []
        self._sql = ""

    async def prepare(self) -> None:
        """Read which columns the tables have."""
        inbox = f"consumer = '{self._heard.consumer}' AND event_id = ANY($1::uuid[])"
        conflicts = {"consumer_offset": _OFFSETS, **self._heard.conflicts}
        written = {**self._heard.written, "inbox": inbox, **_ALWAYS_WRITTEN}
        for name, where in written.items():
            table = await rows.table_of(self._source, name, conflicts.get(name, ""))
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


async def measure(bench: Bench, heard: Heard, *, pairs: int, prepare: Prepare | None) -> Result:
    """Return the line of ``heard``; ``prepare`` is told how many facts will come."""
    ours_url = await bench.databases.fresh(heard.package)
    bare_url = await bench.databases.fresh(heard.package)
    database = Database(ours_url)
    source, target = await asyncpg.connect(ours_url), await asyncpg.connect(bare_url)
    try:
        if prepare is not None:
            await prepare(source, (_WARM_UPS + pairs) * _POLLS * POLL)
        bare = Bare(source, target, heard)
        await bare.prepare()
        found = await _pairs(Hearing(database, heard), bare, bench, heard.name, pairs)
    finally:
        await source.close()
        await target.close()
        await database.close()
    for url in (ours_url, bare_url):
        await bench.databases.drop(url)
    return found


async def _pairs(hearing: Hearing, bare: Bare, bench: Bench, name: Name, pairs: int) -> Result:
    baseline: list[float] = []
    ours: list[float] = []
    for number in range(_WARM_UPS + pairs):
        heard, mine = await _facts_a_second(hearing)
        stored = [await bare.read(messages) for messages in heard]
        begin = perf_counter()
        for values in stored:
            await bare.store(values)
        base = _POLLS * POLL / (perf_counter() - begin)
        if number >= _WARM_UPS:
            baseline.append(base)
            ours.append(mine)
            told = f"baseline {base:,.0f}/s, ours {mine:,.0f}/s"
            bench.tell(f"{name.id} pair {len(ours)}/{pairs}: {told}")
    return figures.result(name, baseline, ours)


async def _facts_a_second(hearing: Hearing) -> tuple[list[list[Message]], float]:
    """Hear a slice of polls; return them, and how many facts took effect per second."""
    heard: list[list[Message]] = []
    seconds = 0.0
    for _ in range(_POLLS):
        messages = hearing.poll()
        begin = perf_counter()
        await hearing.hear(messages)
        seconds += perf_counter() - begin
        heard.append(messages)
    return heard, _POLLS * POLL / seconds

"""P3: receipts numbered per second in one series, beside a bare statement of the same rows."""

from collections.abc import Sequence
from time import perf_counter
from typing import Any, Final

import asyncpg

from receipt.handlers import subscriptions
from shared.contracts.payment import PaymentSettled
from shared.db.database import Database
from shared.inbox import Step, advance
from shared.kafka.attempts import Attempts, Unit
from shared.kafka.consumer import Reader
from shared.subscriptions import Message
from tests.bench import figures, rows
from tests.bench.figures import Limit, Name, Result
from tests.bench.scratch import Bench
from tests.receipt.builders import a_line, a_payment
from tests.support.facts import NOON, an_envelope

P3: Final = Name("P3", "receipts numbered/s", "", "rows.py", Limit(must=0.25, aim=0.50))
POLL: Final = 200
_POLLS: Final = 30
_WARM_UPS: Final = 2
_CONSUMER: Final = "receipt"
_TOPIC: Final = PaymentSettled.topic
_AMOUNT_VND: Final = 135_000
_CODE: Final = "H34.10-261124-{:07}"
_CONFLICT: Final = {
    "consumer_offset": "ON CONFLICT (consumer, topic, partition) DO UPDATE SET"
    " next_offset = excluded.next_offset, last_event_id = excluded.last_event_id",
    "series": "ON CONFLICT (id) DO UPDATE SET last_number = excluded.last_number,"
    " last_issued_at = excluded.last_issued_at",
}
_OF_POLL: Final = "SELECT id FROM receipt WHERE dossier_code = ANY($1::text[])"
_WRITTEN: Final = {
    "series": f"id IN (SELECT series_id FROM receipt WHERE id IN ({_OF_POLL}))",  # noqa: S608 - constants
    "receipt": "dossier_code = ANY($1::text[])",
    "receipt_file": f"receipt_id IN ({_OF_POLL})",
    "inbox": "consumer = 'receipt' AND event_id = ANY($1::uuid[])",
    "outbox_subject": "subject = ANY($1::text[])",
    "outbox": "aggregateid = ANY($1::text[])",
    "consumer_offset": "last_event_id = ANY($1::uuid[])",
}
"""Each table that a poll writes, and its rows of some dossiers and events."""

_PARTIES: Final = """
INSERT INTO party (dossier_code, sequence, payer, id_numbers, phone_endings)
SELECT 'H34.10-261124-' || lpad(g::text, 7, '0'), 1,
       '{"name": "Nguyễn Thị Minh Họa", "address": "12 Phan Đình Phùng", "tax_code": null}',
       '{062090000001}', '{3456}' FROM generate_series(0, $1::bigint - 1) g
"""


class Numbering:
    """Hears polls of PaymentSettled as the worker does, from bytes to commit."""

    def __init__(self, database: Database) -> None:
        self._next = 0
        heard = subscriptions("http://localhost:8080")
        reader = Reader(consumer=_CONSUMER, instance="0", subscriptions=heard, topic="", source="")
        self._attempts = Attempts(database, reader)
        (self._subscription,) = [s for s in heard if s.event_type == PaymentSettled.type]

    def poll(self) -> list[Message]:
        """Return the next poll, as Kafka would hand it over."""
        return [_message(self._next + number) for number in range(POLL)]

    async def hear(self, messages: Sequence[Message]) -> None:
        """Number the receipts of ``messages`` in one transaction."""
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
    code = _CODE.format(number)
    envelope = an_envelope(a_payment(a_line(amount_vnd=_AMOUNT_VND), dossier_code=code))
    headers = {"ce_id": str(envelope.id).encode(), "ce_type": envelope.type.encode()}
    body = envelope.model_dump_json(exclude_none=True).encode()
    return Message(_TOPIC, 0, number, envelope.subject, body, headers, NOON)


async def know_payers(connection: asyncpg.Connection, count: int) -> None:
    """Have the payers of the first ``count`` dossiers known, as they are when money comes."""
    await connection.execute(_PARTIES, count)


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
    """Return the line of P3."""
    ours_url = await bench.databases.fresh("receipt")
    bare_url = await bench.databases.fresh("receipt")
    database = Database(ours_url)
    numbering = Numbering(database)
    source, target = await asyncpg.connect(ours_url), await asyncpg.connect(bare_url)
    try:
        await know_payers(source, (_WARM_UPS + pairs) * _POLLS * POLL)
        bare = Bare(source, target)
        await bare.prepare()
        found = await _pairs(numbering, bare, bench, pairs)
    finally:
        await source.close()
        await target.close()
        await database.close()
    for url in (ours_url, bare_url):
        await bench.databases.drop(url)
    return found


async def _pairs(numbering: Numbering, bare: Bare, bench: Bench, pairs: int) -> Result:
    baseline: list[float] = []
    ours: list[float] = []
    for number in range(_WARM_UPS + pairs):
        heard, mine = await _numbered(numbering)
        stored = [await bare.read(messages) for messages in heard]
        begin = perf_counter()
        for values in stored:
            await bare.store(values)
        base = _POLLS * POLL / (perf_counter() - begin)
        if number >= _WARM_UPS:
            baseline.append(base)
            ours.append(mine)
            bench.tell(f"P3 pair {len(ours)}/{pairs}: baseline {base:,.0f}/s, ours {mine:,.0f}/s")
    return figures.result(P3, baseline, ours)


async def _numbered(numbering: Numbering) -> tuple[list[list[Message]], float]:
    """Hear a slice of polls; return them, and how many receipts were numbered per second."""
    heard: list[list[Message]] = []
    seconds = 0.0
    for _ in range(_POLLS):
        messages = numbering.poll()
        begin = perf_counter()
        await numbering.hear(messages)
        seconds += perf_counter() - begin
        heard.append(messages)
    return heard, _POLLS * POLL / seconds

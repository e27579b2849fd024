"""The relay: outbox rows go to Kafka in order, are acknowledged, and then marked."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import asyncpg
import structlog
from aiokafka import AIOKafkaProducer

from shared.db.database import Database
from shared.failpoints import hit
from shared.kafka.producer import new_producer
from shared.kafka.topics import COMPACTED
from shared.outbox import PARTITIONS

_log: Final = structlog.get_logger()

BATCH: Final = 500
_GATHER_SECONDS: Final = 0.01
"""Between turns while facts fly: many are marked and read at once."""
_IDLE_SECONDS: Final = 0.25
_SEND_SECONDS: Final = 30.0
"""An idempotent aiokafka producer never gives a batch up by itself (reliability.md 6.3)."""
_STOP_SECONDS: Final = 5.0
_LOCK_CLASS: Final = 0x1E9F1  # any number that nobody else uses

_TURN: Final = """
WITH marked AS (
  UPDATE outbox AS o SET published_at = now(), kafka_partition = m.p, kafka_offset = m.o
  FROM unnest($1::bigint[], $2::int[], $3::bigint[]) AS m (position, p, o)
  WHERE o.position = m.position
), forgotten AS (
  DELETE FROM outbox WHERE position = ANY($4::bigint[])
)
SELECT position, id, type, topic, aggregateid, payload FROM outbox
WHERE published_at IS NULL AND partition = ANY($5::smallint[]) AND position <> ALL($6::bigint[])
ORDER BY position LIMIT $7
"""
"""One round trip per turn: mark what Kafka has, read what is next."""


@dataclass(frozen=True)
class _Sent:
    """A row that Kafka has been given, and Kafka's answer."""

    position: int
    topic: str
    answer: asyncio.Future[Any]
    since: float


class Relay:
    """Sends one service's outbox. Several may run: each row is sent by the holder of its lock."""

    def __init__(self, database: Database, *, bootstrap: str, name: str) -> None:
        self._database = database
        self._bootstrap = bootstrap
        self._name = name
        self._new_facts = database.new_facts()

    async def run(self) -> None:
        """Send for ever; raise when PostgreSQL or Kafka is away, to be started anew."""
        connection = await asyncpg.connect(
            self._database.dsn, timeout=5, command_timeout=30,
            server_settings={"application_name": f"{self._name} relay"},
        )  # fmt: skip
        producer = new_producer(self._bootstrap, client_id=f"{self._name}-relay")
        try:
            async with asyncio.timeout(_SEND_SECONDS):
                await producer.start()
            await self._send_all(connection, producer)
        finally:
            await _stop(producer)
            connection.terminate()

    async def _send_all(self, connection: asyncpg.Connection, producer: AIOKafkaProducer) -> None:
        held: set[int] = set()
        flying: list[_Sent] = []
        while True:
            held |= await _take_locks(connection, held)
            self._new_facts.clear()
            landed = [each for each in flying if each.answer.done()]
            flying = [each for each in flying if not each.answer.done()]
            rows = await _turn(connection, landed, flying, held)
            flying += await self._send(producer, rows)
            _refuse_late(flying)
            if flying:
                await asyncio.sleep(_GATHER_SECONDS)  # For more facts, and for answers.
            elif len(rows) < BATCH:
                await self._wait(_IDLE_SECONDS)

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._new_facts.wait()
        except TimeoutError:
            return

    async def _send(self, producer: AIOKafkaProducer, rows: Sequence[Any]) -> list[_Sent]:
        if not rows:
            return []
        hit("W4")
        since = asyncio.get_running_loop().time()
        async with asyncio.timeout(_SEND_SECONDS):
            sent = [
                _Sent(row["position"], row["topic"], await _enqueue(producer, row), since)
                for row in rows
            ]
        hit("W5")
        return sent


async def _turn(
    connection: asyncpg.Connection, landed: list[_Sent], flying: list[_Sent], held: set[int]
) -> Sequence[Any]:
    """Mark what ``landed``; return what is next of the partitions ``held``.

    Raises what Kafka answered, if that was an error: all that flies is sent again, in order.
    """
    records = [each.answer.result() for each in landed]
    if landed:
        hit("W6")
    rows: Sequence[Any] = await connection.fetch(
        _TURN,
        [each.position for each in landed],
        [record.partition for record in records],
        [record.offset if record.offset >= 0 else None for record in records],
        # Personal data stay no longer than they must.
        [each.position for each in landed if each.topic in COMPACTED],
        sorted(held),
        [each.position for each in (*landed, *flying)],
        max(0, BATCH - len(flying)),
    )
    if landed:
        hit("W7")
        _log.debug("outbox.relayed", facts=len(landed))
    return rows


def _refuse_late(flying: Sequence[_Sent]) -> None:
    if flying and asyncio.get_running_loop().time() - flying[0].since > _SEND_SECONDS:
        raise TimeoutError(f"Kafka has not answered for {_SEND_SECONDS:g} s")


async def _enqueue(producer: AIOKafkaProducer, row: Any) -> asyncio.Future[Any]:  # noqa: ANN401 - a record of asyncpg
    payload = row["payload"]
    future: asyncio.Future[Any] = await producer.send(
        row["topic"],
        key=row["aggregateid"].encode(),
        value=None if payload is None else payload.encode(),
        headers=[("ce_id", str(row["id"]).encode()), ("ce_type", row["type"].encode())],
    )
    return future


async def _take_locks(connection: asyncpg.Connection, held: set[int]) -> set[int]:
    if len(held) == PARTITIONS:
        return set()
    wanted = [number for number in range(PARTITIONS) if number not in held]
    rows = await connection.fetch(
        "SELECT n FROM unnest($1::int[]) AS n WHERE pg_try_advisory_lock($2, n)",
        wanted,
        _LOCK_CLASS,
    )
    return {row["n"] for row in rows}


async def _stop(producer: AIOKafkaProducer) -> None:
    try:
        async with asyncio.timeout(_STOP_SECONDS):
            await producer.stop()
    except TimeoutError:
        _log.warning("producer.not_stopped")

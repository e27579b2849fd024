"""PostgreSQL is killed while several allocators number: none lost, none invented, no gap.

NUMBERED receipts (default 2,000; ``make chaos``: 300,000) under KILLS kill -9 of the server and
all its backends (default 2; 25). Every payment is noted before it is handed in (asked) and after
its transaction answered (acknowledged), by a process that no kill touches.
"""

import asyncio
import json
import os
import random
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg
import pytest

from lephi.servers.postgres import PostgresServer, start_postgres
from lephi.servers.process import ServerError
from receipt.handlers import subscriptions
from shared.contracts.payment import TOPIC, PaymentSettled
from shared.db import driver
from shared.db.database import Database, is_disconnection
from shared.ids import new_id
from shared.inbox import Step, advance, next_offsets
from shared.kafka.attempts import Attempts, Unit
from shared.kafka.consumer import Reader
from shared.subscriptions import Message
from tests.receipt.acts import RECEIPT_URL, is_gapless
from tests.receipt.builders import DOSSIER, a_line, a_payment
from tests.support.databases import Databases
from tests.support.facts import NOON, an_envelope
from tests.support.folders import a_folder
from tests.support.servers import free_ports
from tests.support.waiting import eventually

RECEIPTS: Final = int(os.environ.get("NUMBERED") or 2_000)
KILLS: Final = int(os.environ.get("KILLS") or 2)
SEED: Final = int(os.environ.get("SEED") or 1)
ALLOCATORS: Final = 4
SIZES: Final = (1, 20, 50, 200)
SAFE: Final = ("fsync", "synchronous_commit", "full_page_writes")
STATE: Final = """
SELECT count(*) AS receipts, coalesce(max(number), 0) AS largest, count(DISTINCT number) AS numbers,
       count(DISTINCT payment_id) AS payments,
       (SELECT coalesce(max(last_number), 0) FROM series) AS counter,
       (SELECT count(*) FROM inbox) AS inbox,
       (SELECT count(*) FROM receipt_file) AS files,
       (SELECT count(*) FROM outbox WHERE type = 'vn.lephi.ReceiptIssued.v1') AS said
FROM receipt
"""


@dataclass
class Log:
    """What was asked and what was acknowledged, on disk as it happens."""

    folder: Path
    asked: set[UUID] = field(default_factory=set)
    acknowledged: set[UUID] = field(default_factory=set)

    def ask(self, ids: Sequence[UUID]) -> None:
        self.asked.update(ids)
        self._write("asked.jsonl", ids)

    def acknowledge(self, ids: Sequence[UUID]) -> None:
        self.acknowledged.update(ids)
        self._write("acks.jsonl", ids)

    def _write(self, name: str, ids: Sequence[UUID]) -> None:
        with (self.folder / name).open("a", encoding="utf-8") as file:
            file.writelines(json.dumps({"payment_id": str(each)}) + "\n" for each in ids)


@dataclass
class Killable:
    """A PostgreSQL of our own, with its data in ``folder``."""

    folder: Path
    port: int
    server: PostgresServer

    def kill(self) -> None:
        """SIGKILL to the server and to everything it has started."""
        pid = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        for victim in (pid, *_children(pid)):
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
        self.server.process.stop()

    def restart(self) -> None:
        """Start again, also while a dead process is not reaped yet."""
        for _ in range(20):
            with suppress(ServerError):
                self.server = start_postgres(self.folder, self.port)
                return
        raise AssertionError("PostgreSQL did not come back")


def _children(pid: int) -> Iterator[int]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = stat.read_text().rpartition(")")[2].split()[1]
            if int(parent) == pid:
                yield int(stat.parent.name)


@pytest.fixture
def killable() -> Iterator[Killable]:
    with a_folder("killed") as folder:
        (port,) = free_ports(1)
        found = Killable(folder, port, start_postgres(folder, port))
        try:
            yield found
        finally:
            found.server.stop()


class Allocator:
    """Hears one partition as the worker does: after every fall it goes on where its row says."""

    def __init__(self, database: Database, partition: int, log: Log) -> None:
        heard = subscriptions(RECEIPT_URL)
        reader = Reader(consumer="receipt", instance="0", subscriptions=heard, topic="", source="")
        (self._subscription,) = [s for s in heard if s.event_type == PaymentSettled.type]
        self._attempts = Attempts(database, reader)
        self._database, self._partition, self._log = database, partition, log
        self._ids = [(new_id(), new_id()) for _ in range(RECEIPTS // ALLOCATORS)]
        self._chance = random.Random(SEED + partition)  # noqa: S311 - a repeatable choice
        self.falls = 0

    async def run(self) -> None:
        """Have every message take effect."""
        while True:
            try:
                return await self._go_on()
            except Exception as error:
                if not is_disconnection(error):
                    raise
                self.falls += 1
                await eventually(self._is_back, timeout_seconds=60)

    async def _is_back(self) -> bool:
        try:
            async with self._database.transaction() as session:
                return bool(await driver.fetchval(session, "SELECT true"))
        except Exception as error:
            if not is_disconnection(error):
                raise
            return False

    async def _go_on(self) -> None:
        async with self._database.transaction() as session:
            rows = await next_offsets(session, "receipt")
        old = rows.get((TOPIC, self._partition))
        while (place := old or 0) < len(self._ids):
            poll = self._poll(place)
            step = Step(TOPIC, self._partition, old, place + len(poll), poll[-1].event_id)
            paid = [payment_id for _, payment_id in self._ids[place : step.new]]
            self._log.ask(paid)
            await self._hear(poll, step)
            self._log.acknowledge(paid)
            old = step.new

    def _poll(self, place: int) -> list[Message]:
        end = min(place + self._chance.choice(SIZES), len(self._ids))
        return [_message(self._partition, n, *self._ids[n]) for n in range(place, end)]

    async def _hear(self, poll: list[Message], step: Step) -> None:
        failure = await self._attempts.once(
            [Unit(self._subscription, poll)],
            lambda session: advance(session, "receipt", [step]),
        )
        if failure is not None:
            raise failure


def _bodies() -> Callable[[UUID, UUID, str], bytes]:
    payment = a_payment(a_line())
    envelope = an_envelope(payment)
    template = envelope.model_dump_json(exclude_none=True)

    def body(event_id: UUID, payment_id: UUID, code: str) -> bytes:
        written = template.replace(str(envelope.id), str(event_id))
        written = written.replace(str(payment.payment_id), str(payment_id))
        return written.replace(DOSSIER, code).encode()

    return body


_BODY: Final = _bodies()


def _message(partition: int, number: int, event_id: UUID, payment_id: UUID) -> Message:
    code = f"H34.10-26112{partition}-{number:07}"
    headers = {"ce_id": str(event_id).encode(), "ce_type": PaymentSettled.type.encode()}
    return Message(TOPIC, partition, number, code, _BODY(event_id, payment_id, code), headers, NOON)


async def state(dsn: str) -> tuple[dict[str, int], set[UUID]]:
    """Return the figures of the database, and whose receipts it holds."""
    connection = await asyncpg.connect(dsn)
    try:
        row = await connection.fetchrow(STATE)
        paid = await connection.fetch("SELECT payment_id FROM receipt")
        return dict(row), {UUID(str(each["payment_id"])) for each in paid}
    finally:
        await connection.close()


@asynccontextmanager
async def open_database(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


async def given_an_empty_receipt_database(killable: Killable) -> str:
    connection = await asyncpg.connect(killable.server.url_for("postgres"))
    assert {await connection.fetchval(f"SHOW {name}") for name in SAFE} == {"on"}
    await connection.close()
    return await Databases(killable.server.url_for("").rstrip("/")).fresh("receipt")


async def killed_once(killable: Killable, dsn: str, log: Log) -> None:
    """Kill, restart, and look whether all that was acknowledged is there, and nothing else."""
    await asyncio.to_thread(killable.kill)
    acknowledged = set(log.acknowledged)
    await asyncio.to_thread(killable.restart)
    _, present = await state(dsn)
    assert acknowledged <= present, "lost"
    assert present <= log.asked, "invented"


async def test_given_allocators_at_work_when_postgresql_is_killed_then_no_number_is_lost_or_made_up(
    killable: Killable, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    dsn = await given_an_empty_receipt_database(killable)
    log, hits = Log(tmp_path), 0
    chance = random.Random(SEED)  # noqa: S311 - a repeatable choice
    async with open_database(dsn) as database:
        allocators = [Allocator(database, number, log) for number in range(ALLOCATORS)]
        at_work = [asyncio.create_task(each.run()) for each in allocators]
        for kill in range(1, KILLS + 1):
            goal = RECEIPTS * (kill - chance.random() / 2) / (KILLS + 1)
            await eventually(partial(_reached, log, goal), timeout_seconds=600, pause=0.002)
            hits += any(not each.done() for each in at_work)
            await killed_once(killable, dsn, log)
        async with asyncio.timeout(900):
            await asyncio.gather(*at_work)
        whole = await is_gapless(database)

    figures, present = await state(dsn)
    in_doubt = len(present - log.acknowledged)
    record_property("receipts_kills_in_doubt", f"{figures['receipts']} {hits} {in_doubt}")
    assert set(figures.values()) == {RECEIPTS // ALLOCATORS * ALLOCATORS}
    assert log.acknowledged <= present == log.asked
    assert (whole, hits) == (True, KILLS)


async def _reached(log: Log, goal: float) -> bool:
    return len(log.acknowledged) >= goal

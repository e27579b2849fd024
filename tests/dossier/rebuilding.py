"""A board with some lives of dossiers on it, and what is asked of its rebuild."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from sqlalchemy import text

from dossier.main import VIEWS
from dossier.views.board import BOARD
from shared.contracts.dossier import DossierReceived
from shared.contracts.envelope import Event
from shared.contracts.parts import FilingChannel, PaymentTiming
from shared.contracts.payment import TOPIC, PaymentSettled
from shared.db.database import Database
from shared.ids import new_id
from shared.kafka.producer import new_producer
from shared.kafka.rebuild import Rebuild, Rebuilt, rebuild
from shared.views import View
from tests.dossier.builders import (
    CONTEXT,
    PAYEE,
    SENT_AT,
    a_file,
    a_line,
    a_receipt,
    a_request,
    a_settlement,
    an_assessment,
)
from tests.dossier.refunds import a_refund
from tests.support.environment import ENVIRONMENT
from tests.support.servers import Servers
from tests.support.streams import all_heard, say
from tests.support.waiting import eventually


def a_code() -> str:
    return f"H34.10-261122-{new_id().int % 10**7:07}"


def a_life(code: str) -> list[Event]:
    """Return everything that happens to a dossier that is paid and gets its fee back."""
    received = DossierReceived(
        dossier_code=code, dossier_id=new_id(), context=CONTEXT, receiving_agency="H34.10",
        deciding_agency="H34.10", payee=PAYEE, channel=FilingChannel.COUNTER,
        submitted_at=SENT_AT, due_at=SENT_AT, status=2, territory_code="H34",
        payment_timing=PaymentTiming.AFTER,
    )  # fmt: skip
    line = a_line()
    request = a_request(line, code=code)
    paid = a_settlement(request)
    receipt = a_receipt(paid, number=new_id().int % 10**6)
    back = a_refund(paid, 62_000)
    return [received, an_assessment(line, code=code), request, paid, receipt, a_file(receipt), back]


async def heard(database: Database) -> None:
    async def all_of_it() -> bool:
        return await all_heard(database, "dossier")

    await eventually(all_of_it, timeout_seconds=30)


async def rebuilt(
    database: Database, servers: Servers, view: View = BOARD, *, replace: bool = False
) -> Rebuilt:
    wanted = Rebuild(
        view=view, views=VIEWS, live="dossier.views", bootstrap=servers.kafka, replace=replace
    )
    return await rebuild(database, wanted)


async def told(database: Database, sql: str) -> list[tuple[object, ...]]:
    async with database.transaction() as session:
        return [tuple(row) for row in await session.execute(text(sql))]


SHAPE = (
    "SELECT 'view.board'::regclass::oid, array_agg(i::regclass::text ORDER BY i::regclass::text)"
    " FROM (SELECT indexrelid AS i FROM pg_index WHERE indrelid = 'view.board'::regclass) x"
)


LEFT_BEHIND = (
    "SELECT consumer FROM inbox WHERE consumer LIKE '%rebuild%'"
    " UNION SELECT consumer FROM consumer_offset WHERE consumer LIKE '%rebuild%'"
    " UNION SELECT consumer FROM view_state WHERE consumer LIKE '%rebuild%'"
    " UNION SELECT nspname FROM pg_namespace WHERE nspname LIKE 'rebuild%'"
)


@asynccontextmanager
async def traffic(database: Database) -> AsyncIterator[list[str]]:
    """Let dossiers live on and pages be read until the end of the block."""
    codes: list[str] = []

    async def live() -> None:
        while True:
            codes.append(code := a_code())
            for fact in a_life(code):
                await say(database, fact)

    async def look() -> None:
        while True:
            await told(database, "SELECT count(*), sum(paid_vnd) FROM view.board")

    tasks = [asyncio.create_task(each()) for each in (live, live, look)]
    try:
        yield codes
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        assert [end for end in ends if not isinstance(end, asyncio.CancelledError)] == []


async def more_than(codes: list[str], count: int) -> bool:
    return len(codes) > count


async def told_once(database: Database, sql: str) -> None:
    async with database.transaction() as session:
        await session.execute(text(sql))


async def run(
    database: Database, servers: Servers, failpoint: str = ""
) -> "subprocess.CompletedProcess[str]":
    own = {"DATABASE_URL": database.dsn, "KAFKA_BOOTSTRAP": servers.kafka, "FAILPOINT": failpoint}
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "dossier", "rebuild", "board"],
        env={**os.environ, **ENVIRONMENT, **own},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def parked_count(database: Database, count: int) -> bool:
    return await told(database, "SELECT count(*) FROM parked") == [(count,)]


async def sent(servers: Servers, key: str, bodies: Sequence[tuple[bytes, object]]) -> None:
    """Put ``bodies`` on lephi.payment as PaymentSettled, in one request."""
    producer = new_producer(servers.kafka, client_id="test")
    await producer.start()
    try:
        sending = [
            await producer.send(
                TOPIC, key=key.encode(), value=body,
                headers=[("ce_id", str(name).encode()), ("ce_type", PaymentSettled.type.encode())],
            )
            for body, name in bodies
        ]  # fmt: skip
        await asyncio.gather(*sending)
    finally:
        await producer.stop()

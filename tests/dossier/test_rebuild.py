"""The board is a projection: folded anew beside the live one, under traffic, it is byte-equal."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from dossier.main import VIEWS
from dossier.views.board import BOARD
from shared.clock import utc_now
from shared.contracts.dossier import DossierReceived
from shared.contracts.envelope import Event
from shared.contracts.parts import FilingChannel, PaymentTiming
from shared.contracts.payment import TOPIC, PaymentSettled
from shared.db.database import Database
from shared.ids import new_id
from shared.kafka.producer import new_producer
from shared.kafka.rebuild import Rebuild, RebuildRefusedError, Rebuilt, rebuild
from shared.outbox import emit_tombstone
from shared.outside import OutsideClosedError, closed
from shared.pdf import PdfPrinter
from shared.views import View
from tests.conftest import NewDatabase
from tests.dossier.builders import (
    CODE,
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
from tests.support.facts import an_envelope
from tests.support.servers import Servers
from tests.support.streams import all_heard, folding_live, say
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


@pytest.fixture
async def database(database_of: NewDatabase, servers: Servers) -> AsyncIterator[Database]:
    """A dossier database whose board holds some paid dossiers, its worker running."""
    made = await database_of("dossier")
    async with folding_live(made, servers, VIEWS, service="dossier"):
        for _ in range(20):
            await say(made, *a_life(a_code()))
        await heard(made)
        yield made


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


async def test_given_traffic_when_the_board_is_rebuilt_then_it_is_byte_equal_and_takes_its_place(
    database: Database, servers: Servers
) -> None:
    (before,) = await told(database, SHAPE)

    async with traffic(database) as codes:
        found = [await rebuilt(database, servers) for _ in range(3)]
        at_least = len(codes)
        await eventually(lambda: more_than(codes, at_least + 20), timeout_seconds=30)
    await heard(database)
    last = await rebuilt(database, servers)

    (after,) = await told(database, SHAPE)
    assert [each.differences for each in (*found, last)] == [[]] * 4
    assert all(each.swapped for each in found)
    assert last.lines >= at_least + 40
    assert before[0] != after[0]
    assert before[1] == after[1]
    assert await told(database, LEFT_BEHIND) == []
    paid = "SELECT count(*) FROM view.board WHERE paid_vnd NOT IN (0, 62000)"
    assert await told(database, paid) == [(0,)]


async def more_than(codes: list[str], count: int) -> bool:
    return len(codes) > count


async def test_given_a_line_that_no_fact_tells_when_rebuilt_then_it_is_named_and_nothing_is_swapped(
    database: Database, servers: Servers
) -> None:
    await told_once(database, "UPDATE view.board SET paid_vnd = paid_vnd + 1 WHERE ctid IN"
                    " (SELECT ctid FROM view.board WHERE paid_vnd > 0 LIMIT 1)")  # fmt: skip
    await told_once(database, "INSERT INTO view.board (dossier_code) VALUES ('H34.10-000101-0001')")
    (before,) = await told(database, SHAPE)

    found = await rebuilt(database, servers)

    stranger, wrong = found.differences
    assert (stranger.key, stranger.columns["dossier_code"]) == (
        "H34.10-000101-0001", ("H34.10-000101-0001", None),
    )  # fmt: skip
    assert wrong.columns == {"paid_vnd": ("62001", "62000")}
    assert not found.swapped
    assert (await told(database, SHAPE)) == [before]
    healed = await rebuilt(database, servers, replace=True)
    assert (len(healed.differences), healed.swapped) == (2, True)
    again = await rebuilt(database, servers)
    assert again.differences == []


async def told_once(database: Database, sql: str) -> None:
    async with database.transaction() as session:
        await session.execute(text(sql))


async def test_given_a_rebuild_killed_twice_when_started_again_then_it_goes_on_and_ends_equal(
    database: Database, servers: Servers
) -> None:
    half_way = await run(database, servers, "W18:exit:1")
    left = await told(database, LEFT_BEHIND)
    await say(database, *a_life(a_code()))
    await heard(database)
    (before,) = await told(database, SHAPE)
    at_the_swap = await run(database, servers, "W19:exit:1")
    (kept,) = await told(database, SHAPE)

    done = await run(database, servers)

    assert (half_way.returncode, at_the_swap.returncode) == (137, 137)
    assert ("dossier.views.rebuild.board",) in left
    assert before == kept
    assert (done.returncode, "byte-equal to the live view" in done.stdout) == (0, True), done.stderr
    assert '"resumed": true' in done.stderr
    assert await told(database, LEFT_BEHIND) == []


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


async def test_given_a_fact_that_cannot_be_read_when_rebuilt_then_both_leave_it_out(
    database: Database, servers: Servers
) -> None:
    code = a_code()
    request = a_request(a_line(), code=code)
    rubbish = [(b"{}", new_id())]
    await sent(servers, code, rubbish)
    await say(database, request, a_settlement(request))
    await eventually(lambda: parked_count(database, 3), timeout_seconds=30)

    waiting = await rebuilt(database, servers)
    await told_once(database, "UPDATE parked SET state = 'discard' WHERE state = 'waiting'")
    await eventually(lambda: parked_count(database, 0), timeout_seconds=30)
    discarded = await rebuilt(database, servers)

    assert (waiting.differences, waiting.left_out) == ([], 3)
    assert (discarded.differences, discarded.left_out) == ([], 1)
    line = f"SELECT paid_vnd FROM view.board WHERE dossier_code = '{code}'"  # noqa: S608
    assert await told(database, line) == [(62_000,)]


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


async def test_given_a_fact_that_a_relay_sent_twice_when_it_is_folded_then_money_counts_once(
    database: Database, servers: Servers
) -> None:
    code = a_code()
    request = a_request(a_line(), code=code)
    envelope = an_envelope(a_settlement(request))
    body = envelope.model_dump_json(exclude_none=True).encode()
    await sent(servers, code, [(body, envelope.id)] * 3)
    await say(database, request)
    await heard(database)

    found = await rebuilt(database, servers)

    line = f"SELECT paid_vnd FROM view.board WHERE dossier_code = '{code}'"  # noqa: S608
    assert await told(database, line) == [(62_000,)]
    assert found.differences == []


async def test_given_every_view_when_rebuilt_then_each_is_equal_and_the_way_out_opens_again(
    database: Database, servers: Servers
) -> None:
    life = a_life(a_code())
    with closed():
        for port in (utc_now, new_id):
            with pytest.raises(OutsideClosedError):
                port()
        with pytest.raises(OutsideClosedError):
            await PdfPrinter().render("<p>", style="")
        async with database.transaction() as session:
            with pytest.raises(OutsideClosedError):
                await emit_tombstone(session, "lephi.party", CODE)
    said = await told(database, "SELECT count(*) FROM outbox")

    found = [await rebuilt(database, servers, view) for view in VIEWS]
    assert await told(database, "SELECT count(*) FROM outbox") == said
    await say(database, *life)

    assert [(each.differences, each.swapped) for each in found] == [([], True)] * len(VIEWS)
    assert all(each.facts for each in found)


async def test_given_another_rebuild_or_version_when_rebuilt_then_it_is_refused(
    database: Database, servers: Servers
) -> None:
    found = await asyncio.gather(
        *[rebuilt(database, servers) for _ in range(2)], return_exceptions=True
    )
    await told_once(database, "UPDATE view_state SET signature = 'another'")

    with pytest.raises(RebuildRefusedError):
        await rebuilt(database, servers)
    assert sorted(type(each).__name__ for each in found) == ["RebuildRefusedError", "Rebuilt"]

"""The board is a projection: folded anew beside the live one, under traffic, it is byte-equal."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from dossier.main import VIEWS
from shared.clock import utc_now
from shared.db.database import Database
from shared.ids import new_id
from shared.kafka.rebuild import RebuildRefusedError
from shared.outbox import emit_tombstone
from shared.outside import OutsideClosedError, closed
from shared.pdf import PdfPrinter
from tests.conftest import NewDatabase
from tests.dossier.builders import (
    CODE,
    a_line,
    a_request,
    a_settlement,
)
from tests.dossier.rebuilding import (
    LEFT_BEHIND,
    SHAPE,
    a_code,
    a_life,
    heard,
    more_than,
    parked_count,
    rebuilt,
    run,
    sent,
    told,
    told_once,
    traffic,
)
from tests.support.facts import an_envelope
from tests.support.servers import Servers
from tests.support.streams import folding_live, say
from tests.support.waiting import eventually


@pytest.fixture
async def database(database_of: NewDatabase, servers: Servers) -> AsyncIterator[Database]:
    """A dossier database whose board holds some paid dossiers, its worker running."""
    made = await database_of("dossier")
    async with folding_live(made, servers, VIEWS, service="dossier"):
        for _ in range(20):
            await say(made, *a_life(a_code()))
        await heard(made)
        yield made


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

"""The baselines of P2 (a), P3, P7 (b) and P11 store and read the same rows as the product."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg

from dossier.main import VIEWS
from dossier.views.board import BOARD
from shared.db.database import Database
from shared.kafka.view_schema import make_fresh, prepare_views
from shared.views import apply, merged, statements_of
from tests.bench.board_of_many import fill_board
from tests.bench.numbered_receipts import NUMBERING, know_payers
from tests.bench.opened_payables import OPENING
from tests.bench.polls import POLL, Bare, Hearing
from tests.bench.recorded import record
from tests.bench.staff_pages import ADDRESSES, sign_in
from tests.bench.statements import run_pgbench
from tests.dossier.builders import puts_of
from tests.dossier.rebuilding import a_life
from tests.support.facts import an_envelope

NUMBERED = (
    "series", "receipt", "receipt_file", "outbox", "outbox_subject", "inbox", "consumer_offset",
)  # fmt: skip
OPENED = ("payable", "outbox", "outbox_subject", "inbox", "consumer_offset")


async def lines(dsn: str, table: str) -> list[str]:
    """Return all rows of ``table`` as text; what the database numbers itself is left out."""
    connection = await asyncpg.connect(dsn)
    try:
        sql = f"SELECT (to_jsonb(t) - 'position' - 'at')::text FROM {table} t ORDER BY 1"  # noqa: S608
        return [row[0] for row in await connection.fetch(sql)]
    finally:
        await connection.close()


async def hear_and_store(hearing: Hearing, baseline: Bare) -> None:
    """Hear two polls, and store each bare as soon as it is heard."""
    await baseline.prepare()
    for _ in range(2):
        messages = hearing.poll()
        await hearing.hear(messages)
        await baseline.store(await baseline.read(messages))


async def test_given_a_poll_of_assessments_when_the_baseline_stores_it_then_the_rows_are_the_same(
    database_of: Callable[[str], Awaitable[Database]],
) -> None:
    ours, bare = await database_of("payment_gateway"), await database_of("payment_gateway")
    source, target = await asyncpg.connect(ours.dsn), await asyncpg.connect(bare.dsn)
    await hear_and_store(Hearing(ours, OPENING), Bare(source, target, OPENING))
    await source.close()
    await target.close()

    found = {table: await lines(ours.dsn, table) for table in OPENED}
    assert found == {table: await lines(bare.dsn, table) for table in OPENED}
    assert {table: len(rows) for table, rows in found.items()} == {
        "payable": 2 * POLL, "outbox": 2 * POLL, "outbox_subject": 2 * POLL, "inbox": 2 * POLL,
        "consumer_offset": 1,
    }  # fmt: skip
    others = await source_tables(ours.dsn)
    assert others <= {*OPENED, "alembic_version", "alembic_version_messaging", "channel"}


async def test_given_a_poll_of_payments_when_the_baseline_numbers_it_then_the_rows_are_the_same(
    database_of: Callable[[str], Awaitable[Database]],
) -> None:
    ours, bare = await database_of("receipt"), await database_of("receipt")
    source, target = await asyncpg.connect(ours.dsn), await asyncpg.connect(bare.dsn)
    await know_payers(source, POLL)
    await hear_and_store(Hearing(ours, NUMBERING), Bare(source, target, NUMBERING))
    opened = "DELETE FROM {} WHERE {} = '6101234567/EBL01/' || (SELECT serial_symbol FROM series)"
    for table, column in (("outbox", "aggregateid"), ("outbox_subject", "subject")):
        await source.execute(opened.format(table, column))  # The rule opened it, once a year.
    await source.close()
    await target.close()

    found = {table: await lines(ours.dsn, table) for table in NUMBERED}
    assert found == {table: await lines(bare.dsn, table) for table in NUMBERED}
    assert {table: len(rows) for table, rows in found.items()} == {
        "series": 1, "receipt": 400, "receipt_file": 400, "outbox": 400, "outbox_subject": 400,
        "inbox": 400, "consumer_offset": 1,
    }  # fmt: skip
    others = await source_tables(ours.dsn)
    assert others <= {*NUMBERED, "party", "alembic_version", "alembic_version_messaging"}


async def source_tables(dsn: str) -> set[str]:
    """Return the tables that hold rows at all."""
    connection = await asyncpg.connect(dsn)
    try:
        names = await connection.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
        found = set()
        for (name,) in names:
            if await connection.fetchval(f"SELECT EXISTS (SELECT FROM {name})"):  # noqa: S608
                found.add(name)
        return found
    finally:
        await connection.close()


async def test_given_the_facts_of_dossiers_when_stored_bare_then_the_board_is_the_same(
    database_of: Callable[[str], Awaitable[Database]],
) -> None:
    database = await database_of("dossier")
    await prepare_views(database, VIEWS, consumer="dossier.views")
    codes = [f"H34.10-261122-{number:04}" for number in range(20)]
    facts = [an_envelope(fact) for code in codes for fact in a_life(code)]
    puts = [put for put in puts_of(facts) if put.row in BOARD.rows]
    async with database.transaction() as session:
        await make_fresh(session, [BOARD], "bare")
        await apply(session, puts)

    connection = await asyncpg.connect(database.dsn)
    for sql, arguments in statements_of(merged(puts), "bare"):
        await connection.execute(sql, *arguments)
    await connection.close()

    assert await lines(database.dsn, "bare.board") == await lines(database.dsn, "view.board")
    assert len(await lines(database.dsn, "view.board")) == 20


async def test_given_a_list_of_the_staff_when_its_baseline_runs_then_it_reads_the_same_lines(
    database_of: Callable[[str], Awaitable[Database]], tmp_path: Path
) -> None:
    database = await database_of("dossier")
    await fill_board(database, 3_000)
    cookie, secret = await sign_in(database)

    pages = await record(database, ADDRESSES, {cookie: secret})

    for address, page in zip(ADDRESSES, pages, strict=True):
        assert page.render().count("<tr>") > 1, address
        file = tmp_path / "page.sql"
        file.write_text(page.script(), "utf-8")
        assert await run_pgbench(database.dsn, file, transactions=1, clients=1) > 0
    searched = pages[ADDRESSES.index("/can-bo/ho-so?tim=nguyen+van")]
    asked = " ".join(sql for sql, _ in searched.statements)
    for table in ("session", "agency", "dossier", "party", "view.board", "procedure"):
        assert table in asked, table

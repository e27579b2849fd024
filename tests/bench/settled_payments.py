"""P1: signed callbacks settled per second, beside pgbench with the same statements."""

import tempfile
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Final

from shared.db.database import Database
from tests.bench import figures, statements
from tests.bench.figures import Limit, Name, Result
from tests.bench.load import Order
from tests.bench.processes import Load, load_client, service
from tests.bench.scratch import Bench, Tell, fill
from tests.support.environment import ENVIRONMENT

P1: Final = Name("P1", "settled payments/s", "", "settle.pgbench", Limit(must=0.25, aim=0.40))
_PAIRS: Final = 15
_WARM_UPS: Final = 2
_SECONDS: Final = 1.0
_OF_BASELINE: Final = 20_000
"""pgbench settles these over and over; each of the others is settled once, by the product."""
_PER_SLICE: Final = 2_000

Slice = Callable[[], Awaitable[float]]
"""Works for one slice and returns how many it did per second."""


async def measure(bench: Bench, *, pairs: int = _PAIRS) -> Result:
    """Return P1's line."""
    url = await bench.databases.fresh("payment_gateway")
    database = Database(url)
    await fill(database, _OF_BASELINE + 1 + (_WARM_UPS + pairs) * _PER_SLICE)
    await database.close()
    with tempfile.TemporaryDirectory() as folder:
        logs = Path(folder)
        variables = {"PAYMENT_GATEWAY_DATABASE_URL": url, "KAFKA_BOOTSTRAP": bench.servers.kafka}
        with service("payment_gateway", "api", variables, logs) as port:
            async with load_client() as load:
                slices = _slices(port, load)
                await slices(1)
                file = logs / "settle.pgbench.sql"
                settled = await statements.read_settled(url)
                file.write_text(statements.script(settled, _OF_BASELINE), "utf-8")
                bare = partial(statements.run_pgbench, url, file, seconds=_SECONDS)
                found = await _pairs(bare, partial(slices, _PER_SLICE), bench.tell, pairs)
    await bench.databases.drop(url)
    return found


async def _pairs(bare: Slice, product: Slice, tell: Tell, pairs: int) -> Result:
    """Run both by turns, warmed up."""
    baseline: list[float] = []
    ours: list[float] = []
    for number in range(_WARM_UPS + pairs):
        base, mine = await bare(), await product()
        if number >= _WARM_UPS:
            baseline.append(base)
            ours.append(mine)
            tell(f"P1 pair {len(ours)}/{pairs}: baseline {base:,.0f}/s, ours {mine:,.0f}/s")
    return figures.result(P1, baseline, ours)


def _slices(port: int, load: Load) -> Callable[[int], Awaitable[float]]:
    """Return how to settle at most so many more payables, and how many that was per second."""
    first = _OF_BASELINE + 1

    async def one(count: int) -> float:
        nonlocal first
        order = Order(port, ENVIRONMENT["NPSP_SECRET"], first, count, _SECONDS)
        done = await load.send(order)
        if done["refused"]:
            raise RuntimeError(f"{done['refused']} callbacks were refused")
        first += count
        return len(done["done"]) / float(done["seconds"])

    return one

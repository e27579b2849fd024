"""P2b, P2c: what payers ask of the gateway, beside a route without database; one process each."""

import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from payment_gateway.adapters.catalogue import read_catalogue
from payment_gateway.use_cases.channels import load_channels
from shared.db.database import Database
from tests.bench import figures
from tests.bench.figures import Limit, Name, Result
from tests.bench.load import Order
from tests.bench.processes import Load, bare_route, load_client, service
from tests.bench.scratch import Bench, fill
from tests.support.environment import ENVIRONMENT

P2B: Final = Name("P2b", "payables read/s", "", "bare_route", Limit(must=0.25, aim=0.40))
P2C: Final = Name("P2c", "attempts begun/s", "", "bare_route")
"""Without a limit: ADR 22."""
_PAIRS: Final = 15
_WARM_UPS: Final = 2
_SECONDS: Final = 1.0
_PER_SLICE: Final = 2_000
_BARE_PER_SLICE: Final = 20_000

Slice = Callable[[], Awaitable[float]]


async def measure(bench: Bench, *, pairs: int = _PAIRS) -> list[Result]:
    """Return the lines of P2b and P2c."""
    url = await bench.databases.fresh("payment_gateway")
    database = Database(url)
    await fill(database, (_WARM_UPS + pairs) * _PER_SLICE, attempts=False)
    async with database.transaction() as session:
        await load_channels(session, read_catalogue())
    await database.close()
    variables = {
        "PAYMENT_GATEWAY_DATABASE_URL": url,
        "KAFKA_BOOTSTRAP": bench.servers.kafka,
        "RATE_LIMIT_TRUSTED": "127.0.0.0/8",
    }
    found: list[Result] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        bare_route() as bare,
        service("payment_gateway", "api", variables, Path(folder)) as port,
    ):
        async with load_client() as load:
            idle = Order(bare, "", 1, _BARE_PER_SLICE, _SECONDS, asks="nothing")
            for name, asks in ((P2B, "payable"), (P2C, "attempt")):
                order = Order(port, ENVIRONMENT["LINK_KEY"], 1, _PER_SLICE, _SECONDS, asks=asks)
                slices = _slices(load, idle), _slices(load, order)
                found.append(await _pairs(bench, name, *slices, pairs))
    await bench.databases.drop(url)
    return found


async def _pairs(bench: Bench, name: Name, bare: Slice, product: Slice, pairs: int) -> Result:
    """Run both by turns, warmed up."""
    baseline: list[float] = []
    ours: list[float] = []
    for number in range(_WARM_UPS + pairs):
        base, mine = await bare(), await product()
        if number >= _WARM_UPS:
            baseline.append(base)
            ours.append(mine)
            bench.tell(
                f"{name.id} pair {len(ours)}/{pairs}: bare {base:,.0f}/s, ours {mine:,.0f}/s"
            )
    return figures.result(name, baseline, ours)


def _slices(load: Load, order: Order) -> Slice:
    """Return what asks for the next payables for one slice, and tells how many per second."""
    first = order.first

    async def one() -> float:
        nonlocal first
        done = await load.send(replace(order, first=first))
        if done["refused"]:
            raise RuntimeError(f"{done['refused']} requests were refused: {order.asks}")
        first += order.count
        return len(done["done"]) / float(done["seconds"])

    return one

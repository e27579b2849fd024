"""P10: the CPU of verifying and parsing a callback, as a share of the server's CPU to settle it.

The server is the gateway's api process alone, without PostgreSQL: the share is rather too large.
"""

import tempfile
from pathlib import Path
from time import process_time
from typing import Final

import httpx

from payment_gateway.adapters.channel import Call, Listener
from payment_gateway.adapters.folders import listeners
from payment_gateway.domain.monies import Credit
from payment_gateway.settings import Settings
from shared.clock import utc_now
from shared.db.database import Database
from tests.bench import figures
from tests.bench.figures import Limit, Name, Result
from tests.bench.load import Order, callback
from tests.bench.processes import load_client, service
from tests.bench.scratch import Bench, fill
from tests.support.environment import ENVIRONMENT

P10: Final = Name(
    "P10", "µs of a callback to verify it", "µs", "server CPU of one settled callback",
    Limit(must=0.10, aim=0.05, most=True),
)  # fmt: skip
_WARM_UPS: Final = 2
_PER_SLICE: Final = 2_000
_SECONDS: Final = 1.0
_MICRO: Final = 1e6
_CPU: Final = "process_cpu_seconds_total "


async def measure(bench: Bench, *, pairs: int) -> Result:
    """Return P10's line: both costs by turns, on the same callbacks."""
    url = await bench.databases.fresh("payment_gateway")
    database = Database(url)
    await fill(database, (_WARM_UPS + pairs) * _PER_SLICE + 1)
    await database.close()
    listener = listeners(Settings(database_url=url))["npsp"]
    settled: list[float] = []
    verified: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        variables = {"PAYMENT_GATEWAY_DATABASE_URL": url, "KAFKA_BOOTSTRAP": bench.servers.kafka}
        with service("payment_gateway", "api", variables, Path(folder)) as port:
            async with load_client() as load:
                for number in range(_WARM_UPS + pairs):
                    first = number * _PER_SLICE + 1
                    order = Order(port, ENVIRONMENT["NPSP_SECRET"], first, _PER_SLICE, _SECONDS)
                    before = await cpu_seconds(port)
                    done = await load.send(order)
                    spent = (await cpu_seconds(port) - before) / len(done["done"])
                    bare = verifying(listener, port, first)
                    if number >= _WARM_UPS:
                        settled.append(spent * _MICRO)
                        verified.append(bare * _MICRO)
    await bench.databases.drop(url)
    return figures.result(P10, settled, verified)


async def cpu_seconds(port: int) -> float:
    """Return the CPU that the process on ``port`` has used, as it says itself."""
    async with httpx.AsyncClient(trust_env=False) as client:
        lines = (await client.get(f"http://127.0.0.1:{port}/metrics")).text.splitlines()
    return next(float(line.removeprefix(_CPU)) for line in lines if line.startswith(_CPU))


def verifying(listener: Listener, port: int, first: int) -> float:
    """Return the CPU seconds to verify and parse one callback, over a slice of them."""
    bodies = [
        callback(port, number, ENVIRONMENT["NPSP_SECRET"]).partition(b"\r\n\r\n")[2]
        for number in range(first, first + _PER_SLICE)
    ]
    calls = [Call(query=b"", body=body, headers={}, at=utc_now()) for body in bodies]
    begin = process_time()
    heard = [listener.hear(call) for call in calls]
    spent = process_time() - begin
    if not all(isinstance(each, Credit) for each in heard):
        raise RuntimeError("a callback of the bench is not genuine")
    return spent / len(calls)

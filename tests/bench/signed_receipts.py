"""P8: signed receipts per second of N processes on N cores, beside a bare loop of the same work.

Ours is the whole job: row claimed, printed by the child, both signatures, files on the disk, fact
said. Bare is the product's template by WeasyPrint and one signature by pyHanko, in one process.
"""

import asyncio
import os
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from receipt.domain.issuing import Settled
from receipt.use_cases.issue import issue_receipts
from shared.clock import utc_now
from shared.db.database import Database
from tests.bench import figures
from tests.bench.figures import Limit, Name, Result
from tests.bench.scratch import Bench
from tests.receipt.acts import RECEIPT_URL, know
from tests.receipt.builders import a_line, a_party, a_payment
from tests.support.facts import a_cause

P8: Final = Name("P8", "signed receipts/s", "", "receipts.py", Limit(must=0.85, aim=0.95))
_CORES: Final = os.cpu_count() or 1
_EACH: Final = 5
_WARM_UPS: Final = 1
_CODE: Final = "H34.10-261124-{:07}"


async def measure(bench: Bench, *, pairs: int) -> Result:
    """Return P8's line: both by turns, with as many processes as there are cores."""
    url = await bench.databases.fresh("receipt")
    database = Database(url)
    await _issue(database, _CORES * (1 + _EACH * (pairs + _WARM_UPS)) + 1)
    ours: list[float] = []
    baseline: list[float] = []
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        sides = {
            kind: [await enter(_process(kind, url, folder)) for _ in range(_CORES)]
            for kind in ("bare", "ours")
        }
        for number in range(_WARM_UPS + pairs):
            base, mine = await _rate(sides["bare"]), await _rate(sides["ours"])
            if number >= _WARM_UPS:
                baseline.append(base)
                ours.append(mine)
                bench.tell(f"P8 pair {len(ours)}/{pairs}: baseline {base:.1f}/s, ours {mine:.1f}/s")
    await database.close()
    await bench.databases.drop(url)
    return figures.result(P8, baseline, ours)


async def _issue(database: Database, count: int) -> None:
    """Number ``count`` receipts of five lines whose payer is known."""
    for number in range(count):
        await know(database, a_party(dossier_code=_CODE.format(number)))
    lines = [a_line() for _ in range(5)]
    settled = [
        Settled(a_payment(*lines, dossier_code=_CODE.format(n)), a_cause(), "H34.10")
        for n in range(count)
    ]
    async with database.transaction() as session:
        await issue_receipts(session, settled, clock=utc_now, receipt_url=RECEIPT_URL)


@asynccontextmanager
async def _process(kind: str, url: str, folder: str) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.signing_process", kind, url, folder,
        stdin=PIPE, stdout=PIPE,
    )  # fmt: skip
    await _line(process)
    yield process
    if process.stdin is not None:
        process.stdin.close()
    await process.wait()


async def _rate(processes: list[Process]) -> float:
    """Return how many receipts per second all of them make together."""
    for process in processes:
        if process.stdin is not None:
            process.stdin.write(f"{_EACH}\n".encode())
    seconds = [float(await _line(process)) for process in processes]
    return _EACH * len(processes) / max(seconds)


async def _line(process: Process) -> bytes:
    if process.stdout is None:
        raise RuntimeError("a process without an output")
    line = await process.stdout.readline()
    if not line:
        raise RuntimeError("a process that makes receipts ended")
    return line

"""``make bench``: prints the table and writes ``.lephi/bench/<start>/report.json``.

ONLY=P1,P2,P2a,P3,P5,P6,P7,P8,P9,P10,P11,P13,idle,live chooses lines. Exit status 1 when a line
fails its limit.
"""

import asyncio
import gc
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx

from lephi.operator.environment import Stack, read_stack
from lephi.operator.front import FrontDoorError
from shared.contracts.catalogue import TOPICS
from shared.errors import DomainError
from shared.kafka.topics import ensure_topics
from tests.bench import (
    callback_cost,
    numbered_receipts,
    opened_payables,
    paid,
    payers_asking,
    printing_child,
    qr_pictures,
    rebuilt_facts,
    settled_payments,
    signed_receipts,
    staff_pages,
)
from tests.bench.figures import Result, Verdict
from tests.bench.machine import commit, machine, versions
from tests.bench.scratch import Bench
from tests.bench.stack import idle_lines, measure_idle, measure_live
from tests.support.databases import Databases
from tests.support.environment import ENVIRONMENT
from tests.support.servers import start_servers

_ROWS: Final = frozenset(
    {"P1", "P2", "P2a", "P3", "P5", "P6", "P7", "P8", "P9", "P10", "P11", "P13"}
)
_ALONE: Final[tuple[tuple[str, Callable[..., Awaitable[Any]], int], ...]] = (
    ("P2a", opened_payables.measure, 3),
    ("P3", numbered_receipts.measure, 3),
    ("P2", payers_asking.measure, 4),
    ("P7", rebuilt_facts.measure, 5),
    ("P8", signed_receipts.measure, 6),
    ("P9", qr_pictures.measure, 2),
    ("P10", callback_cost.measure, 2),
    ("P11", staff_pages.measure, 8),
    ("P13", printing_child.measure, 1),
)
"""Rows that need no other; the last column is how many seconds a pair takes."""
_ALL: Final = (*sorted(_ROWS), "idle", "live")
_SHARE_OF_P1: Final = 0.5
_DEFAULT_RATE: Final = 100.0
_PAIRS: Final = 15
_FEWEST: Final = 3


def say(line: str) -> None:
    """Print one line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def wanted() -> frozenset[str]:
    """Return the lines that ONLY asks for; all if it asks for none."""
    asked = [word for word in os.environ.get("ONLY", "").split(",") if word]
    return frozenset(asked or _ALL)


def pairs(only: frozenset[str], seconds: int) -> int:
    """Return how many pairs of ``seconds`` each row gets: 15, or what fits into MINUTES."""
    minutes = float(os.environ.get("MINUTES") or 0)
    rows = max(1, len(only & _ROWS))
    return max(_FEWEST, int(minutes * 60 / rows / seconds)) if minutes else _PAIRS


async def measure_rows(only: frozenset[str]) -> AsyncIterator[Result]:
    """Measure the rows of performance.md on servers of their own; yield each as it is known."""
    if not only & _ROWS:
        return
    with tempfile.TemporaryDirectory() as folder, start_servers(Path(folder)) as servers:
        await ensure_topics(servers.kafka, {topic.name for topic in TOPICS}, replication=1)
        bench = Bench(servers, Databases(servers.postgres), say)
        rate = _DEFAULT_RATE
        if "P1" in only:
            settled = await settled_payments.measure(bench, pairs=pairs(only, 3))
            rate = settled.ours.median * _SHARE_OF_P1
            yield settled
        if only & {"P5", "P6"}:
            for each in await paid.measure(bench, rate=rate, only=only, rounds=pairs(only, 6)):
                yield each
        for row, measure, seconds in _ALONE:
            if row in only:
                measured = await measure(bench, pairs=pairs(only, seconds))
                for each in measured if isinstance(measured, list) else [measured]:
                    yield each


async def measure_stack(only: frozenset[str]) -> dict[str, Any]:
    """Measure the running stack, if there is one; say so if not."""
    if not only & {"idle", "live"}:
        return {}
    stack = read_stack()
    if not await _runs(stack):
        say("idle, live: no stack runs here (make up)")
        return {}
    found: dict[str, Any] = {}
    if "idle" in only:
        idle = await measure_idle(stack)
        found["idle"] = [vars(each) for each in idle]
        for line in idle_lines(idle):
            say(line)
    if "live" in only:
        found |= await _live(stack)
    return found


async def _live(stack: Stack) -> dict[str, Any]:
    try:
        live = await measure_live(stack)
    except FrontDoorError as error:
        say(f"live: {error.detail}")
        return {"live": {"error": error.detail}}
    for line in live.lines():
        say(line)
    return {"live": vars(live)}


async def _runs(stack: Stack) -> bool:
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            return (await client.get(f"{stack.front_door}/")).is_success
    except (DomainError, httpx.HTTPError):
        return False


def write(report: dict[str, Any], home: Path) -> Path:
    """Write the report, and its line in the history; return the file."""
    folder = home / "bench" / str(report["start"]).replace(":", "")
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "report.json"
    file.write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", "utf-8")
    with (home / "bench" / "history.jsonl").open("a", encoding="utf-8") as history:
        history.write(json.dumps(report, ensure_ascii=False) + "\n")
    return file


async def main() -> int:
    """Measure, print, write; return the exit status."""
    only, start = wanted(), datetime.now(UTC).isoformat(timespec="seconds")
    on_stack = await measure_stack(only)
    results: list[Result] = []
    async for result in measure_rows(only):
        results.append(result)
        say(result.line())
    report = {
        "start": start, "commit": commit(), "versions": versions(), "machine": machine(),
        "results": [result.as_document() for result in results], **on_stack,
    }  # fmt: skip
    say(f"written to {write(report, read_stack().home)}")
    return 1 if Verdict.FAIL in {result.verdict for result in results} else 0


if __name__ == "__main__":
    os.environ.update({name: text for name, text in ENVIRONMENT.items() if name not in os.environ})
    gc.collect()
    gc.freeze()  # As a service does when it has loaded.
    sys.exit(asyncio.run(main()))

"""A running stack as people meet it: what it costs while nothing happens, how soon pages change."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Final

import httpx
import psutil

from lephi.operator import demo
from lephi.operator.environment import Stack
from lephi.operator.front import FrontDoor
from lephi.province.dossiers import make_dossiers
from lephi.province.wire import publish
from shared.clock import utc_now

_IDLE_SECONDS: Final = 10.0
_PAYMENTS: Final = 5
_MEBIBYTE: Final = 1024**2
_MOST_MIB: Final = 150_000_000 / _MEBIBYTE
"""P13: of a worker; here one process is a service's api (120 MB by itself) and its worker."""
_SUPERVISOR: Final = "supervisord"
_SERVICES: Final = frozenset(
    {"dossier", "fee", "payment-gateway", "receipt", "notifier", "ops", "mock-bank"}
)


@dataclass(frozen=True)
class Idle:
    """One process while nothing happens; its children count with it."""

    name: str
    memory_mib: float
    cpu_percent: float
    """Of one core."""


async def measure_idle(stack: Stack) -> list[Idle]:
    """Return memory and processor time of every process of the stack."""
    files = sorted((stack.home / "run").glob("*.pid"))
    found = [(file.stem, tree) for file in files if (tree := _tree(file))]
    before = [_cpu_seconds(tree) for _, tree in found]
    await asyncio.sleep(_IDLE_SECONDS)
    return [
        Idle(name, _memory(tree), (_cpu_seconds(tree) - spent) / _IDLE_SECONDS * 100)
        for (name, tree), spent in zip(found, before, strict=True)
    ]


def _tree(file: Path) -> list[Any]:
    try:
        process = psutil.Process(int(file.read_text(encoding="ascii")))
        alone = file.stem == _SUPERVISOR  # Its children are the other lines of the table.
        return [process, *([] if alone else process.children(recursive=True))]
    except (psutil.Error, ValueError):
        return []


def _cpu_seconds(tree: list[Any]) -> float:
    times = [process.cpu_times() for process in tree if process.is_running()]
    return float(sum(each.user + each.system for each in times))


def _memory(tree: list[Any]) -> float:
    """Return the proportional set size: what several processes share counts once."""
    return float(sum(each.memory_full_info().pss for each in tree if each.is_running())) / _MEBIBYTE


def idle_lines(idle: list[Idle]) -> list[str]:
    """Return the table of idle processes, with the sum and its limits."""
    lines = [
        f"idle {each.name:<16} {each.memory_mib:>7.0f} MiB  {each.cpu_percent:>5.1f} % of one core"
        + (f"  (must {_MOST_MIB:.0f} MiB, 5 %)" if each.name in _SERVICES else "")
        for each in idle
    ]
    total = sum(each.memory_mib for each in idle)
    return [*lines, f"idle {'all':<16} {total:>7.0f} MiB  (must 2048)"]


@dataclass(frozen=True)
class Live:
    """Milliseconds from the bank's callback being answered, medians of a few payments."""

    page_ms: float
    number_ms: float
    pdf_ms: float
    payments: int

    def lines(self) -> list[str]:
        return [
            f"live callback → page shows Đã thanh toán {self.page_ms:>8.0f} ms  (must 1000)",
            f"live callback → receipt's number         {self.number_ms:>8.0f} ms",
            f"live callback → receipt's file           {self.pdf_ms:>8.0f} ms  (must 3000)",
        ]


async def measure_live(stack: Stack) -> Live:
    """Pay a few made-up dossiers while an open page listens to each."""
    door = FrontDoor(stack.front_door, patience_seconds=30)
    try:
        found = [await _pay_one(stack, door) for _ in range(_PAYMENTS)]
    finally:
        await door.close()
    page, number, pdf = (median(column) for column in zip(*found, strict=True))
    return Live(page, number, pdf, len(found))


async def _pay_one(stack: Stack, door: FrontDoor) -> tuple[float, float, float]:
    async def load(count: int) -> int:
        made = make_dossiers(count, seed=demo.SEED, now=utc_now())
        return await publish(stack.kafka, made, told=lambda _: None)

    code = await demo.find_payable_code(door, load, now=utc_now())
    async with _open_page(stack, code) as shown:
        paid = await door.pay(code)
        ended = perf_counter()
        shown_at = await asyncio.wait_for(shown, 30)
    steps = paid.steps_ms
    answered = ended - (steps["receipt's PDF fetched"] - _answered(steps)) / 1000
    return (
        max(0.0, (shown_at - answered) * 1000),
        steps["receipt numbered"] - _answered(steps),
        steps["receipt's PDF fetched"] - _answered(steps),
    )


def _answered(steps: dict[str, float]) -> float:
    return steps["bank approved, callback answered"]


@asynccontextmanager
async def _open_page(stack: Stack, code: str) -> AsyncIterator["asyncio.Task[float]"]:
    """Listen as an open page does; the task ends when the page is told that it is paid."""

    async def listen() -> float:
        address = f"{stack.front_door}/thanh-toan/{code}/events"
        async with (
            httpx.AsyncClient(trust_env=False, timeout=60) as client,
            client.stream("GET", address) as answer,
        ):
            async for line in answer.aiter_lines():
                if '"paid"' in line:
                    return perf_counter()
        raise RuntimeError("the page's stream ended")

    listening = asyncio.create_task(listen())
    try:
        yield listening
    finally:
        listening.cancel()

"""Our own processes, as they run in production, on servers of the bench."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import httpx

from tests.bench.load import Order
from tests.support.environment import ENVIRONMENT
from tests.support.servers import free_ports

_READY_SECONDS: Final = 40.0


@contextmanager
def service(package: str, process: str, variables: Mapping[str, str], logs: Path) -> Iterator[int]:
    """Run ``python -m <package> <process>`` until the end of the block; yield its port."""
    (port,) = free_ports(1)
    own = {f"{package.upper()}_PORT": str(port), "LOG_LEVEL": "WARNING"}
    with (logs / f"{package}.log").open("wb") as log:
        running = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", package, process],
            env={**os.environ, **ENVIRONMENT, **variables, **own},
            stdout=log,
            stderr=log,
        )
        try:
            _wait_until_ready(package.replace("_", "-"), port, running)
            yield port
        finally:
            running.terminate()
            running.wait(timeout=20)


@contextmanager
def bare_route() -> Iterator[int]:
    """Serve a route that does nothing until the end of the block; yield its port."""
    (port,) = free_ports(1)
    running = subprocess.Popen([sys.executable, "-m", "tests.bench.bare_route", str(port)])  # noqa: S603 - our own module
    try:
        _wait_until_answers(f"http://127.0.0.1:{port}/nothing", running)
        yield port
    finally:
        running.terminate()
        running.wait(timeout=20)


def _wait_until_ready(name: str, port: int, running: "subprocess.Popen[bytes]") -> None:
    _wait_until_answers(f"http://127.0.0.1:{port}/api/{name}/health/ready", running)


def _wait_until_answers(address: str, running: "subprocess.Popen[bytes]") -> None:
    transport = httpx.HTTPTransport(retries=int(_READY_SECONDS))
    with httpx.Client(transport=transport, trust_env=False, timeout=_READY_SECONDS) as client:
        while running.poll() is None:
            if client.get(address).status_code == httpx.codes.OK:
                return
    raise RuntimeError(f"what should answer {address} ended at once; see its log")


class Load:
    """The client process that plays the bank."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def send(self, order: Order) -> dict[str, Any]:
        """Send what ``order`` says and return what came of it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asdict(order)).encode() + b"\n")
        done: dict[str, Any] = json.loads(await self._process.stdout.readline())
        return done


@asynccontextmanager
async def load_client() -> AsyncIterator[Load]:
    """Run the client process until the end of the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.load",
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, limit=64 * 1024 * 1024,
    )  # fmt: skip
    try:
        yield Load(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()

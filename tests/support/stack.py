"""The whole embedded stack of a test run: started once by its own command, stopped at the end."""

import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

from tests.support.environment import ENVIRONMENT

ROOT: Final = Path(__file__).parents[2]
LEPHI: Final = Path(sys.executable).with_name("lephi")
_START_SECONDS: Final = 300


@dataclass(frozen=True)
class Stack:
    """Where it runs and what it wrote for scripts."""

    home: Path
    port: int

    @property
    def environment(self) -> dict[str, str]:
        """Return endpoints.env and secrets.env."""
        files = (self.home / "endpoints.env", self.home / "secrets.env")
        found = {name: value for file in files for name, value in dotenv_values(file).items()}
        return {name: value for name, value in found.items() if value is not None}

    @property
    def url(self) -> str:
        """Return the front door."""
        return f"http://localhost:{self.port}"

    @property
    def kafka(self) -> str:
        """Return Kafka's address."""
        return self.environment["KAFKA_BOOTSTRAP"]

    def pid(self, process: str) -> int:
        """Return the process id of ``process``."""
        return int((self.home / "run" / f"{process}.pid").read_text())

    def signal(self, process: str, number: signal.Signals) -> None:
        """Send a signal to ``process``; it is one that this run started."""
        os.kill(self.pid(process), number)

    def lephi(self, *words: str, timeout_seconds: float = 120) -> subprocess.CompletedProcess[str]:
        """Run the operator's command line on this stack."""
        return subprocess.run(  # noqa: S603 - our own command
            [LEPHI, *words],
            env={
                **{name: text for name, text in os.environ.items() if name not in ENVIRONMENT},
                "PUBLIC_URL": self.url,
                "LEPHI_HOME": str(self.home),
                "LEPHI_PORT": str(self.port),
                "DEMO": "0",
            },
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=timeout_seconds,
            check=False,
        )


@contextmanager
def running_stack(home: Path) -> Iterator[Stack]:
    """Start a stack of its own under ``home``; stop it at the end."""
    stack = Stack(home, _free_range())
    started = stack.lephi("up", timeout_seconds=_START_SECONDS)
    try:
        assert started.returncode == 0, started.stdout[-4000:] + started.stderr[-4000:]
        yield stack
    finally:
        stack.lephi("down")


def _free_range(width: int = 16) -> int:
    """Return a port from which on ``width`` ports are free, below those of outgoing calls."""
    first = random.Random().randrange(20_000, 30_000, width)  # noqa: S311 - no secret
    while not all(_is_free(port) for port in range(first, first + width)):
        first += width
    return first


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("0.0.0.0", port))  # noqa: S104 - bound for a moment, never listened on
        except OSError:
            return False
    return True

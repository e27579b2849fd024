"""A child process that is started, waited for and stopped, and dies with its parent."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lephi import child

_LOG_LINES: Final = 15


class ServerError(Exception):
    """A server could not be prepared or started; the message says why and what to do."""


@dataclass(frozen=True)
class Program:
    """How to run one server in the foreground.

    ``death_signal`` is what the kernel sends it when its parent is killed.
    """

    arguments: Sequence[str]
    user: str | None = None
    death_signal: str = "SIGKILL"
    environment: Mapping[str, str] = field(default_factory=dict)

    def command(
        self,
        *,
        parent: int | None = None,
        parent_file: Path | None = None,
        pid_file: Path | None = None,
        variables_file: Path | None = None,
    ) -> list[str]:
        """Return the words that start it tied to its parent, known by number or from a file."""
        options = {
            "--parent": parent,
            "--parent-file": parent_file,
            "--pid-file": pid_file,
            "--variables-file": variables_file,
            "--user": self.user,
            "--signal": self.death_signal,
        }
        words = [sys.executable, "-I", "-S", str(Path(child.__file__))]
        for name, value in options.items():
            words += [] if value is None else [name, str(value)]
        return [*words, "--", *self.arguments]


class RunningProcess:
    """One child of this process with a log of its own."""

    def __init__(self, program: Program, log: Path) -> None:
        self._log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 - a program of ours
                program.command(parent=os.getpid()),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **program.environment},
                start_new_session=True,  # Ctrl-C is for the parent, which stops us in order.
            )

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._process.pid

    def wait_until(self, ready: Callable[[], bool], *, what: str, timeout_seconds: float) -> None:
        """Return when ``ready`` says so; ServerError with the log's end if it does not."""
        deadline = time.monotonic() + timeout_seconds
        while not ready():
            if self._process.poll() is not None:
                raise ServerError(f"{what} ended while starting:\n{self._last_lines()}")
            if time.monotonic() > deadline:
                self.stop()
                raise ServerError(
                    f"{what} is not ready after {timeout_seconds:.0f} s; see {self._log}"
                )
            time.sleep(0.1)

    def stop(self, *, number: int = 15, timeout_seconds: float = 20) -> None:
        """Ask it to end, and kill it if it does not."""
        if self._process.poll() is not None:
            return
        self._process.send_signal(number)
        try:
            self._process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _last_lines(self) -> str:
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-_LOG_LINES:])

"""Work that may cost too much or meets hostile input, done by a child process with limits.

The child reads no network, starts no program and writes no file; work that would cost too much
ends the child, not the service (reliability.md 8.2). It lives as long as it is used and ends when
idle, so that a service that asks for nothing carries none of the child's libraries.
"""

import asyncio
import contextlib
import os
import resource
import select
import signal
import struct
import sys
from collections.abc import Callable
from dataclasses import astuple, dataclass
from typing import Any, BinaryIO, Final, cast

_HEAD: Final = struct.Struct(">BB")
"""A frame: its kind and how many parts it has; then the length of each, then the parts."""
_ASK: Final = 0
_DONE: Final = 1
_FAILED: Final = 2
_START_SECONDS: Final = 30
"""How long a child may take to load its libraries, on a machine that is busy."""
_NICE: Final = 10
"""How far a child steps back: money and numbers come before files."""

Answering = Callable[..., bytes]
"""What a child does: parts in, one answer out. Whatever it raises is told by the error's name."""


class ChildError(Exception):
    """A child gave no answer: it ended, took too long, or refused what it was asked."""


class ChildLateError(ChildError):
    """It took too long by the clock on the wall: the machine is busy, or the work is costly."""


@dataclass(frozen=True)
class ChildLimits:
    """What one request may cost, and how long a child stays."""

    cpu_seconds: float
    memory_bytes: int
    """Of address space, which is several times what is used."""
    idle_seconds: int
    requests: int
    """Then a child ends as if idle."""


class Child:
    """One child that does one thing at a time; started when first needed, safe to share."""

    def __init__(self, module: str, limits: ChildLimits, *, wall_seconds: float) -> None:
        self._module = module
        self._limits = limits
        self._wall_seconds = wall_seconds
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def ask(self, *parts: bytes) -> bytes:
        """Return the child's answer to ``parts``; raise ChildError when there is none."""
        async with self._turn:
            try:
                kind, content = await self._ask(parts)
            except TimeoutError as error:
                await self._end()
                raise ChildLateError("took too long") from error
            except (EOFError, ConnectionError) as error:
                raise ChildError(f"the child ended: {self._ending()}") from error
            except asyncio.CancelledError:
                await self._end()  # It would answer the next request with this one's answer.
                raise
        if kind == _FAILED:
            raise ChildError(f"refused: {content.decode()}")
        return content

    async def warm(self) -> None:
        """Start the child for whoever is about to ask; if that fails, asking will say so."""
        if not self._turn.locked():
            async with self._turn:
                with contextlib.suppress(EOFError, ConnectionError, TimeoutError):
                    await self._running()

    async def close(self) -> None:
        """End the child, if there is one."""
        async with self._turn:
            await self._end()

    async def _ask(self, parts: tuple[bytes, ...]) -> tuple[int, bytes]:
        try:
            return await self._exchange(parts)
        except (EOFError, ConnectionError):
            if self._ending() != os.EX_OK:
                raise
            # It had just ended by itself, idle: a new one answers.
            return await self._exchange(parts)

    async def _exchange(self, parts: tuple[bytes, ...]) -> tuple[int, bytes]:
        process = await self._running()
        requests = cast("asyncio.StreamWriter", process.stdin)
        try:
            async with asyncio.timeout(self._wall_seconds):
                requests.write(_frame(_ASK, *parts))
                await requests.drain()
                return await _answer(process)
        except (EOFError, ConnectionError):
            await process.wait()
            raise

    async def _running(self) -> asyncio.subprocess.Process:
        """Return the child, ready to be asked; what it costs to start is not its request's."""
        if self._process is not None and self._process.returncode is None:
            return self._process
        await self._end()
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", self._module, *map(str, astuple(self._limits)),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            env=_environment(), limit=2**20,
        )  # fmt: skip
        try:
            async with asyncio.timeout(_START_SECONDS):
                await _answer(self._process)
        except (EOFError, ConnectionError):
            await self._process.wait()
            raise
        return self._process

    def _ending(self) -> int | None:
        return None if self._process is None else self._process.returncode

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        await process.wait()


async def _answer(process: asyncio.subprocess.Process) -> tuple[int, bytes]:
    answers = cast("asyncio.StreamReader", process.stdout)
    kind, count = _HEAD.unpack(await answers.readexactly(_HEAD.size))
    lengths = _lengths_of(count)
    [length] = lengths.unpack(await answers.readexactly(lengths.size))
    return kind, await answers.readexactly(length)


def be_child(arguments: list[str], prepare: Callable[[], Answering]) -> None:
    """Be the child that ``Child`` started: answer until nobody asks any more.

    ``prepare`` loads what is costly to make again; after it nothing is fetched, started, written.
    """
    cpu_seconds, *whole = arguments
    limits = ChildLimits(float(cpu_seconds), *map(int, whole))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the service, which ends its child.
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # A library that prints harms no answer.
    requests = os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    answer = prepare()
    os.nice(_NICE)  # Not before: on a busy machine its libraries would never be loaded in time.
    sys.addaudithook(_refuse)
    answers.write(_frame(_DONE, b""))  # Ready.
    answers.flush()
    patience = max(limits.idle_seconds, _START_SECONDS)  # Whoever had it started is about to ask.
    for _ in range(limits.requests):
        if not select.select([requests], [], [], patience)[0]:
            return
        parts = _read(requests)
        if parts is None:
            return
        patience = limits.idle_seconds
        _allow_cpu(limits.cpu_seconds)
        answered = _answered(answer, parts)
        _allow_cpu(0)  # No limit: what is waited for costs nothing.
        answers.write(answered)
        answers.flush()


def _answered(answer: Answering, parts: list[bytes]) -> bytes:
    try:
        return _frame(_DONE, answer(*parts))
    except Exception as error:  # noqa: BLE001  # the child's door: the parent is told
        return _frame(_FAILED, type(error).__name__.encode())


def _frame(kind: int, *parts: bytes) -> bytes:
    lengths = _lengths_of(len(parts)).pack(*map(len, parts))
    return b"".join((_HEAD.pack(kind, len(parts)), lengths, *parts))


def _read(requests: BinaryIO) -> list[bytes] | None:
    """Return the parts of the next request; None when there is no more."""
    head = requests.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    lengths = _lengths_of(_HEAD.unpack(head)[1])
    return [requests.read(length) for length in lengths.unpack(requests.read(lengths.size))]


def _lengths_of(count: int) -> struct.Struct:
    return struct.Struct(f">{count}I")


def _environment() -> dict[str, str]:
    """Return the little that the child may know: no secret of the service."""
    known = ("PATH", "HOME", "LD_LIBRARY_PATH", "FONTCONFIG_PATH", "FONTCONFIG_FILE", "TMPDIR")
    return {"LC_ALL": "C.UTF-8"} | {name: os.environ[name] for name in known if name in os.environ}


_REFUSED: Final = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork")
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse what a child never needs (PEP 578): the network, other programs, writing files."""
    if event.startswith(_REFUSED):
        raise PermissionError(event)
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING:
        raise PermissionError("open for writing")


def _allow_cpu(seconds: float) -> None:
    """Let this process use ``seconds`` more of a processor; past them the system ends it.

    A timer and not RLIMIT_CPU, which counts in whole seconds.
    """
    signal.setitimer(signal.ITIMER_PROF, seconds)

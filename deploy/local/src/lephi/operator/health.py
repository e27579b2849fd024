"""What ``lephi doctor`` looks at: machine, ports, servers, services."""

import asyncio
import os
import platform
import shutil
import socket
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import asyncpg
import httpx
from aiokafka.errors import KafkaError

from lephi.operator.environment import Stack
from lephi.operator.streams import StreamAwayError, extents, open_reader
from shared.contracts.catalogue import TOPICS
from shared.errors import DomainError

_TIMEOUT: Final = 3.0
_LEAST_DISK: Final = 2 * 1024**3
_LEAST_MEMORY: Final = 1 * 1024**3
_LEAST_PYTHON: Final = (3, 11)
_POSTGRES_MAJOR: Final = 18
_PROCESSES: Final = (
    ("front door", 0), ("dossier", 1), ("fee", 2), ("payment-gateway", 3), ("receipt", 4),
    ("notifier", 5), ("ops", 6), ("mock-bank", 7), ("identity", 8), ("mail", 9), ("mail pages", 10),
    ("postgresql", 11), ("kafka", 12), ("province", 14),
)  # fmt: skip
"""What listens where, counted from the front door's port."""
_SERVICES: Final = tuple(name for name, place in _PROCESSES if 0 < place < 8)  # noqa: PLR2004 - the services' places


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report."""

    what: str
    is_well: bool
    words: str


async def examine(stack: Stack) -> list[Finding]:
    """Return all findings; what cannot be asked is a finding, not an error."""
    findings = [_python(), _disk(stack), _memory()]
    looks: list[Callable[[], Awaitable[list[Finding]]]] = [
        lambda: _ports(stack),
        lambda: _postgres(stack),
        lambda: _kafka(stack),
        lambda: _services(stack),
    ]
    for found in await asyncio.gather(*(look() for look in looks)):
        findings += found
    return findings


def _python() -> Finding:
    version = platform.python_version()
    return Finding("python", sys.version_info >= _LEAST_PYTHON, version)


def _disk(stack: Stack) -> Finding:
    folder = stack.home if stack.home.exists() else stack.home.parent
    free = shutil.disk_usage(folder).free
    return Finding("disk", free >= _LEAST_DISK, f"{free / 1024**3:.1f} GB free at {folder}")


def _memory() -> Finding:
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return Finding("memory", free >= _LEAST_MEMORY, f"{free / 1024**3:.1f} GB free")


async def _ports(stack: Stack) -> list[Finding]:
    base = stack.variables.get("LEPHI_PORT")
    if base is None:
        return [Finding("ports", is_well=False, words="LEPHI_PORT is not known; is the stack up?")]
    return [_port(f"port of {name}", int(base) + place) for name, place in _PROCESSES]


def _port(what: str, port: int) -> Finding:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as asking:
        asking.settimeout(_TIMEOUT)
        answers = asking.connect_ex(("127.0.0.1", port)) == 0
    return Finding(what, answers, f"{port} {'answers' if answers else 'is closed'}")


async def _postgres(stack: Stack) -> list[Finding]:
    try:
        url = stack.need("PAYMENT_GATEWAY_DATABASE_URL")
        connection = await asyncpg.connect(url, timeout=_TIMEOUT)
        try:
            version = await connection.fetchval("SHOW server_version")
        finally:
            await connection.close()
    except (DomainError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        return [Finding("postgresql", is_well=False, words=f"no answer: {error}")]
    return [Finding("postgresql", int(version.split(".")[0]) >= _POSTGRES_MAJOR, str(version))]


async def _kafka(stack: Stack) -> list[Finding]:
    wanted = [topic.name for topic in TOPICS]
    try:
        async with open_reader(stack.kafka) as reader:
            parts = await extents(reader, wanted)
    except (StreamAwayError, DomainError, KafkaError) as error:
        return [Finding("kafka", is_well=False, words=f"no answer: {error}")]
    missing = sorted(set(wanted) - {part.topic for part in parts})
    held = sum(part.end - part.first for part in parts)
    words = f"without {', '.join(missing)}" if missing else f"{len(wanted)} topics, {held} facts"
    return [Finding("kafka", not missing, words)]


async def _services(stack: Stack) -> list[Finding]:
    async with httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False) as client:
        return list(await asyncio.gather(*(_service(client, stack, name) for name in _SERVICES)))


async def _service(client: httpx.AsyncClient, stack: Stack, name: str) -> Finding:
    try:
        answer = await client.get(f"{_address(stack, name)}/api/{name}/health/ready")
    except (DomainError, httpx.HTTPError) as error:
        return Finding(name, is_well=False, words=f"no answer: {type(error).__name__}")
    return Finding(name, answer.status_code == HTTPStatus.OK, _words(answer))


def _address(stack: Stack, name: str) -> str:
    """Return the service's own port where it is known, else the front door."""
    base = stack.variables.get("LEPHI_PORT")
    return f"http://127.0.0.1:{int(base) + dict(_PROCESSES)[name]}" if base else stack.front_door


def _words(answer: httpx.Response) -> str:
    try:
        document: Any = answer.json()
    except ValueError:
        return str(answer.status_code)
    shown = document.get("status") or document.get("detail") if isinstance(document, dict) else None
    return f"{answer.status_code} {shown or ''}".strip()

"""Looking at a server from outside: does anyone listen, what does it answer."""

import asyncio
import socket
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

T = TypeVar("T")

_LOOPBACK: Final = "127.0.0.1"


def accepts(port: int) -> bool:
    """Say whether anyone listens on ``port`` of this machine."""
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex((_LOOPBACK, port)) == 0


def in_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run ``work`` to its end, wherever we are: also under a loop that is already running."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, work).result()

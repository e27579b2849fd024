"""The way out of the house: closed during a rebuild, when nothing may happen a second time.

Outside ports, the outbox, new ids and the clock ask first (reliability.md 6.12).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

_CLOSED: Final[ContextVar[bool]] = ContextVar("outside_closed", default=False)


class OutsideClosedError(RuntimeError):
    """Something wanted to leave the house during a rebuild: a bug, and nothing left."""


@contextmanager
def closed() -> Iterator[None]:
    """Keep everything in: each port raises until the end of the block, in its tasks too."""
    token = _CLOSED.set(True)
    try:
        yield
    finally:
        _CLOSED.reset(token)


def require_open(port: str) -> None:
    """Raise OutsideClosedError while the way out is closed; every outside port asks first."""
    if _CLOSED.get():
        raise OutsideClosedError(f"{port}: nothing leaves the house during a rebuild")

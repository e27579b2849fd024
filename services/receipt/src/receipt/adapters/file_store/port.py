"""The port of stored files: what every place that keeps them can do."""

import hashlib
from typing import Protocol

from receipt.domain.errors import FileDamagedError


class FileStore(Protocol):
    """Files by name; each is written once, whole, and checked whenever it is read."""

    async def keep(self, name: str, content: bytes) -> bytes:
        """Keep ``content`` under ``name`` and return it; where a file is already, return that.

        What is returned is kept, whole, through a power cut. Nothing is ever written over.
        Raises FileNotKeptError.
        """
        ...

    async def read(self, name: str, *, sha256: str) -> bytes:
        """Return what is kept under ``name``; raise FileDamagedError if it is not that."""
        ...


def checked(name: str, content: bytes, sha256: str) -> bytes:
    """Return ``content``; raise FileDamagedError if its hash is another one."""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise FileDamagedError(name)
    return content

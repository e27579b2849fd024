"""A folder as the store of files: each is written once, whole, and checked whenever it is read."""

import asyncio
import hashlib
import os
import tempfile
from pathlib import Path

from receipt.domain.errors import FileDamagedError


class LocalFolder:
    """Files by name; a name holds the day and the hash, so that no file is ever written over."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def store(self, name: str, content: bytes) -> None:
        """Keep ``content`` under ``name``; it is on the disk, whole, when this returns."""
        await asyncio.to_thread(self._store, name, content)

    async def read(self, name: str, *, sha256: str) -> bytes:
        """Return what was stored under ``name``; raise FileDamagedError if it is not that."""
        try:
            content = await asyncio.to_thread((self._folder / name).read_bytes)
        except FileNotFoundError as error:
            raise FileDamagedError(name) from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise FileDamagedError(name)
        return content

    def _store(self, name: str, content: bytes) -> None:
        target = self._folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".", delete=False) as part:
            part.write(content)
            part.flush()
            os.fsync(part.fileno())
        Path(part.name).replace(target)
        _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Put the folder's new name on the disk too; a power cut must not lose what was announced."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

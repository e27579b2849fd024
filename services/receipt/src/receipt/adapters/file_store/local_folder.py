"""A folder as the store of files: each is written once, whole, and checked whenever it is read."""

import asyncio
import os
import tempfile
from pathlib import Path

from receipt.adapters.file_store.port import checked
from receipt.domain.errors import FileDamagedError, FileNotKeptError


class LocalFolder:
    """Files by name in one folder, which is backed up with the database."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, name: str, content: bytes) -> bytes:
        """Keep ``content`` under ``name`` and return it; where a file is already, return that."""
        try:
            return await asyncio.to_thread(self._keep, name, content)
        except OSError as error:
            raise FileNotKeptError(type(error).__name__) from error

    async def read(self, name: str, *, sha256: str) -> bytes:
        """Return what is kept under ``name``; raise FileDamagedError if it is not that."""
        try:
            content = await asyncio.to_thread((self._folder / name).read_bytes)
        except OSError as error:
            raise FileDamagedError(name) from error
        return checked(name, content, sha256)

    def _keep(self, name: str, content: bytes) -> bytes:
        target = self._folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".", delete=False) as part:
            part.write(content)
            part.flush()
            os.fsync(part.fileno())
        try:
            os.link(part.name, target)  # Unlike a renaming, it never replaces.
        except FileExistsError:
            return target.read_bytes()
        finally:
            Path(part.name).unlink()
        _sync_folder(target.parent)
        return content


def _sync_folder(folder: Path) -> None:
    """Put the folder's new name on the disk too; a power cut must not lose what was announced."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

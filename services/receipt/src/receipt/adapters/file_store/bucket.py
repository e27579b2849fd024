"""An S3-compatible store of files (obstore): written once by a conditional put."""

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store

from receipt.adapters.file_store.port import checked
from receipt.domain.errors import FileDamagedError, FileNotKeptError


class Bucket:
    """Files by name in one bucket; the store's own ``If-None-Match`` keeps each from a second."""

    def __init__(self, store: S3Store) -> None:
        self._store = store

    async def keep(self, name: str, content: bytes) -> bytes:
        """Keep ``content`` under ``name`` and return it; where a file is already, return that."""
        try:
            try:
                await obstore.put_async(
                    self._store, name, content, mode="create", use_multipart=False
                )
            except AlreadyExistsError:
                return await self._content(name)
        except (BaseError, OSError) as error:
            raise FileNotKeptError(type(error).__name__) from error
        return content

    async def read(self, name: str, *, sha256: str) -> bytes:
        """Return what is kept under ``name``; raise FileDamagedError if it is not that."""
        try:
            content = await self._content(name)
        except (BaseError, OSError) as error:
            raise FileDamagedError(name) from error
        return checked(name, content, sha256)

    async def _content(self, name: str) -> bytes:
        found = await obstore.get_async(self._store, name)
        return bytes(await found.bytes_async())

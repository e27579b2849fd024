"""What every door does with a file that is handed in to be checked: nothing of it is kept."""

import hashlib
from typing import Final

from starlette.datastructures import UploadFile
from starlette.requests import Request

from receipt.adapters.file_store.port import FileStore
from receipt.adapters.uploads.reader import MAX_FILE_BYTES, FileReader
from receipt.domain.errors import FileMissingError
from receipt.domain.receipt import Receipt
from receipt.domain.uploads import Kept, Told
from receipt.use_cases import verify
from receipt.use_cases.verify import Checked
from shared.web.request import body_limit, database_of

TAKES_A_FILE: Final = body_limit(MAX_FILE_BYTES)
"""Refused by its length before anything of it is read; with what stands around it."""

_MAX_FIELDS: Final = 4


async def handed_in(request: Request, field: str) -> bytes:
    """Return the file in ``field`` of a form; raise FileMissingError if there is none.

    It stays in memory: it is smaller than what the form's parser would write to the disk.
    """
    async with request.form(max_files=1, max_fields=_MAX_FIELDS) as form:
        upload = form.get(field)
        if not isinstance(upload, UploadFile) or not upload.filename:
            raise FileMissingError
        return await upload.read()


async def check_file(
    request: Request, reader: FileReader, store: FileStore, content: bytes
) -> Checked:
    """Judge ``content``. The very file that we keep is known by its hash and never parsed.

    No transaction is open while the child reads.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    database = database_of(request)
    async with database.transaction() as session:
        checked = await verify.verify_bytes(session, sha256)
    if checked is not None:
        return checked
    told = await reader.read(content)
    async with database.transaction() as session:
        receipt = await verify.named_by(session, told)
    kept = None if receipt is None else await _kept(receipt, told, reader, store, content)
    async with database.transaction() as session:
        return await verify.verify_told(session, told, receipt, kept)


async def _kept(
    receipt: Receipt, other: Told, reader: FileReader, store: FileStore, content: bytes
) -> Kept | None:
    """Return what our own file of ``receipt`` is beside ``content``; None if there is none yet."""
    file = receipt.file
    name, sha256 = (file.xml_name, file.xml_sha256) if other.is_data else (file.name, file.sha256)
    if not file.is_stored or name is None or sha256 is None:
        return None
    own = await store.read(name, sha256=sha256)
    told = await reader.read(own)
    return Kept(told.seal, told.certificate, begins_the_other=content.startswith(own))

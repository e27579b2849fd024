"""Both files of a receipt read back: they are what was stored, and signed for the collector."""

import asyncio

from receipt.adapters.file_store.port import FileStore
from receipt.adapters.signer.checking import check_pdf, check_xml
from receipt.domain.errors import FileDamagedError
from receipt.domain.receipt import ReceiptFile, Rendered


async def read_back(
    file: ReceiptFile, rendered: Rendered, store: FileStore, *, certificates: frozenset[str]
) -> None:
    """Raise FileDamagedError unless both files are whole and signed by one of ``certificates``.

    The first receipts have no XML, and PDF files that nobody signed.
    """
    pdf = await store.read(file.name or "", sha256=file.sha256 or "")
    if rendered.data is None and pdf == rendered.pdf:
        return
    checked = await asyncio.to_thread(check_pdf, pdf)
    own = checked.is_whole and checked.fingerprint in certificates
    if not (own and pdf.startswith(rendered.pdf)):
        raise FileDamagedError(file.name or "")
    if file.xml_name is None or file.xml_sha256 is None:
        return
    xml = await store.read(file.xml_name, sha256=file.xml_sha256)
    checked = await asyncio.to_thread(check_xml, xml)
    own = checked.is_whole and checked.fingerprint in certificates
    if not (own and checked.data == rendered.data):
        raise FileDamagedError(file.xml_name)

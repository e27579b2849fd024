"""A stored file as an HTTP answer: whole, inline, never cached by others."""

from typing import Literal

from starlette.responses import Response

from receipt.adapters.file_store.port import FileStore
from receipt.domain.errors import ReceiptNotFoundError
from receipt.domain.notices import Notice
from receipt.domain.receipt import Receipt

FileKind = Literal["pdf", "xml"]


async def file_answer(store: FileStore, receipt: Receipt, kind: FileKind) -> Response:
    """Return a stored file of ``receipt``: viewed in the browser.

    A plain response: no ``Range``, which invites attacks and which a file of 30 kB does not need.
    Raises FileDamagedError, and ReceiptNotFoundError for the XML of receipts that never had one.
    """
    file, fact = receipt.file, receipt.fact
    name, sha256 = (file.name, file.sha256) if kind == "pdf" else (file.xml_name, file.xml_sha256)
    if name is None or sha256 is None:
        raise ReceiptNotFoundError
    content = await store.read(name, sha256=sha256)
    shown = f"bien-lai-{fact.form_symbol}-{fact.serial_symbol.replace('/', '-')}-{fact.number}"
    return Response(
        content,
        media_type=f"application/{kind}",
        headers={
            "Content-Disposition": f'inline; filename="{shown}.{kind}"',
            "Cache-Control": "private, no-cache",
        },
    )


async def stored_pdf(store: FileStore, notice: Notice) -> Response:
    """Return the stored paper of a notice of error; raise FileDamagedError."""
    content = await store.read(notice.pdf_name or "", sha256=notice.pdf_sha256 or "")
    name = f"thong-bao-{notice.year}-{notice.number}.pdf"
    return Response(
        content,
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{name}"',
            "Cache-Control": "private, no-cache",
        },
    )

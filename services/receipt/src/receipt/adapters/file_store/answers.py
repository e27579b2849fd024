"""A stored file as an HTTP answer: whole, inline, never cached by others."""

from starlette.responses import Response

from receipt.adapters.file_store.local_folder import LocalFolder
from receipt.domain.receipt import Receipt


async def pdf_answer(store: LocalFolder, receipt: Receipt) -> Response:
    """Return the stored PDF of ``receipt``, to be viewed in the browser.

    A plain response: no ``Range``, which invites attacks and which a file of 30 kB does not need.
    Raises FileDamagedError.
    """
    file, fact = receipt.file, receipt.fact
    content = await store.read(file.name or "", sha256=file.sha256 or "")
    name = f"bien-lai-{fact.form_symbol}-{fact.serial_symbol}-{fact.number}.pdf"
    return Response(
        content,
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{name}"',
            "Cache-Control": "private, no-cache",
        },
    )

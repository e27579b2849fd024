"""What makes files: who prints, who signs, who keeps; and what a receipt looks like in print."""

import hashlib
from dataclasses import dataclass
from typing import Final

from receipt.adapters.file_store.port import FileStore
from receipt.adapters.paper.data import data_of
from receipt.adapters.paper.page import qr_picture, style_of, template_of
from receipt.adapters.signer.signers import Signers
from receipt.domain.errors import RenderDiffersError
from receipt.domain.paper import paper_of
from receipt.domain.receipt import FileWork, Rendered
from receipt.domain.xml_names import edition_of
from shared.pdf import Attachment, PdfPrinter
from shared.web.pages import render_text

DATA_NAME: Final = "bien-lai.xml"
"""Of the XML inside the PDF."""


@dataclass(frozen=True)
class Workshop:
    """What makes the files of receipts: who prints, who signs, who keeps."""

    printer: PdfPrinter
    signers: Signers
    store: FileStore


async def print_receipt(work: FileWork, printer: PdfPrinter) -> Rendered:
    """Return the unsigned PDF of ``work``, with its XML in it: the same bytes each time.

    Raises PdfNotMadeError, and RenderDiffersError where an earlier try printed other bytes.
    """
    paper = paper_of(work.fact, work.payer)
    version, edition = paper.template_version, edition_of(paper.template_version)
    data = attachment = None
    if edition is not None:
        data = data_of(work.fact, paper, edition)
        attachment = Attachment(DATA_NAME, data, "Dữ liệu biên lai", work.fact.issued_at)
    html = render_text("receipt", template_of(version), paper=paper, qr=qr_picture(paper.check_url))
    pdf = await printer.render(html, style=style_of(version), attachment=attachment)
    sha256 = hashlib.sha256(pdf).hexdigest()
    if work.render_sha256 not in {None, sha256}:
        raise RenderDiffersError(sha256)
    return Rendered(pdf, data, sha256)

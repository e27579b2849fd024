"""A process that makes signed receipts when told to: ``bare`` or ``ours``, a database, a folder.

A line of its input says how many; its answer is how many seconds they took.
"""

import asyncio
import hashlib
import io
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import asn1crypto.x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore
from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration

from receipt.adapters.file_store.local_folder import LocalFolder
from receipt.adapters.paper.data import data_of
from receipt.adapters.paper.page import qr_picture, style_of, template_of
from receipt.adapters.signer.file_key import FileKey
from receipt.domain.paper import paper_of
from receipt.domain.receipt import FileWork
from receipt.domain.xml_names import FIRST
from receipt.jobs.files import make_file
from receipt.jobs.workshop import DATA_NAME, Workshop
from shared.db.database import Database
from shared.pdf import PdfPrinter, font_faces
from shared.web.pages import render_text
from tests.receipt.files import work_of
from tests.receipt.signers import new_key, signers_with

Make = Callable[[], Awaitable[object]]


class _LoadedKeySigner(Signer):
    def __init__(self, key: FileKey) -> None:
        der = key.certificate.public_bytes(Encoding.DER)
        certificate = asn1crypto.x509.Certificate.load(der)
        super().__init__(signing_cert=certificate, cert_registry=SimpleCertificateStore())
        self._key = key

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,  # noqa: ARG002 - pyHanko's
        dry_run: bool = False,  # noqa: ARG002, FBT001, FBT002
    ) -> bytes:
        return self._key.sign(data, request_id="")


class Bare:
    """Renders the product's template and signs it, in one loop (baselines/receipts.py)."""

    def __init__(self, work: FileWork, key: FileKey) -> None:
        self._work, self._signer = work, _LoadedKeySigner(key)
        self._fonts = FontConfiguration()
        sheets = (font_faces(), style_of(work.fact.template_version))
        self._sheets = [CSS(string=sheet, font_config=self._fonts) for sheet in sheets]

    async def make(self) -> bytes:
        """Return one signed receipt."""
        fact = self._work.fact
        paper = paper_of(fact, self._work.payer)
        name = template_of(fact.template_version)
        html = render_text("receipt", name, paper=paper, qr=qr_picture(paper.check_url))
        data = Attachment(
            file_obj=io.BytesIO(data_of(fact, paper, FIRST)),
            name=DATA_NAME, created=fact.issued_at, modified=fact.issued_at, relationship="Source",
        )  # fmt: skip
        options: dict[str, Any] = {"pdf_variant": "pdf/a-3a", "attachments": [data]}
        pdf = HTML(string=html).write_pdf(
            font_config=self._fonts, stylesheets=self._sheets, **options
        )
        meta = PdfSignatureMetadata(
            field_name="Sig1", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256"
        )
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        signed = await PdfSigner(meta, signer=self._signer).async_sign_pdf(writer)
        return hashlib.sha256(signed.getbuffer()).digest()


async def serve(kind: str, url: str, folder: str) -> None:
    """Make one to warm up, then as many as each line asks for."""
    database, printer, key = Database(url), PdfPrinter(), new_key()
    workshop = Workshop(printer, signers_with(key), LocalFolder(Path(folder)))
    ours: Make = partial(make_file, database, None, workshop=workshop)
    make = ours if kind == "ours" else Bare(await work_of(database), key).make
    await make()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while line := await asyncio.to_thread(sys.stdin.readline):
        begin = perf_counter()
        for _ in range(int(line)):
            await make()
        sys.stdout.write(f"{perf_counter() - begin}\n")
        sys.stdout.flush()
    await printer.close()
    await database.close()


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))

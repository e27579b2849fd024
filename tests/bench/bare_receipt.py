"""What a signed receipt costs with nothing around it (baselines/receipts.py)."""

import hashlib
import io
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

from receipt.adapters.paper.data import data_of
from receipt.adapters.paper.page import qr_picture, style_of, template_of
from receipt.adapters.signer.file_key import FileKey
from receipt.domain.paper import paper_of
from receipt.domain.payer import Payer
from receipt.domain.xml_names import FIRST
from receipt.jobs.workshop import DATA_NAME
from shared.contracts.receipt import ReceiptIssued
from shared.pdf import font_faces
from shared.web.pages import render_text


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
    """Renders the product's template and signs it, in one process and one loop."""

    def __init__(self, fact: ReceiptIssued, payer: Payer | None, key: FileKey) -> None:
        self._fact, self._payer, self._signer = fact, payer, _LoadedKeySigner(key)
        self._fonts = FontConfiguration()
        sheets = (font_faces(), style_of(fact.template_version))
        self._sheets = [CSS(string=sheet, font_config=self._fonts) for sheet in sheets]

    async def make(self) -> bytes:
        """Return one signed receipt."""
        fact = self._fact
        paper = paper_of(fact, self._payer)
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

"""Both files of a receipt into the store: once, whatever happened to earlier tries."""

import asyncio
import hashlib
from dataclasses import dataclass

from receipt.adapters.file_store.port import FileStore
from receipt.adapters.signer.checking import CheckedFile, check_pdf, check_xml
from receipt.adapters.signer.signers import Signers
from receipt.domain.errors import FileDamagedError
from receipt.domain.receipt import FileWork, MadeFile, Rendered, Signed
from shared.days import vietnam_day


@dataclass(frozen=True)
class Made:
    """What one try made of a receipt."""

    work: FileWork
    rendered: Rendered
    signed: Signed


async def keep_files(made: Made, store: FileStore, signers: Signers) -> MadeFile:
    """Keep both files and return what is kept.

    Where an earlier try kept a file and died, that one stays: it is taken up if it is this
    receipt, signed for this collector. Raises FileNotKeptError; FileDamagedError if it is not.
    """
    work, signed = made.work, made.signed
    beginning = f"{vietnam_day(work.fact.issued_at):%Y/%m/%d}/{work.fact.receipt_id}"
    pdf = await store.keep(name := f"{beginning}.pdf", signed.pdf)
    signed_at, serial = signed.signed_at, signed.certificate_serial
    if pdf != signed.pdf:
        earlier = await _taken_up(made, name, pdf, signers)
        signed_at, serial = earlier.signed_at or signed_at, earlier.certificate_serial or serial
    xml = xml_name = None
    if signed.xml is not None:
        xml = await store.keep(xml_name := f"{beginning}.xml", signed.xml)
        if xml != signed.xml:
            await _taken_up(made, xml_name, xml, signers)
    return MadeFile(
        name=name,
        pdf_sha256=_sha256(pdf),
        xml_name=xml_name,
        xml_sha256=_sha256(xml) if xml is not None else None,
        signed_at=signed_at,
        certificate_serial=serial,
    )


async def _taken_up(made: Made, name: str, kept: bytes, signers: Signers) -> CheckedFile:
    """Return what an earlier try's file says; raise FileDamagedError if it is not this receipt."""
    is_pdf = name.endswith(".pdf")
    checked = await asyncio.to_thread(check_pdf if is_pdf else check_xml, kept)
    same = kept.startswith(made.rendered.pdf) if is_pdf else checked.data == made.rendered.data
    if not (same and await signers.is_of(checked, made.work.tax_code)):
        raise FileDamagedError(name)
    return checked


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

"""Answer whether a receipt is real (xác minh): by its place, by a file's bytes, by what it says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import NameOID
from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.checking import Judgement, judge_other_file, judge_place
from receipt.domain.notices import Notice
from receipt.domain.places import Place
from receipt.domain.receipt import Receipt
from receipt.domain.uploads import Kept, Told
from receipt.repository import certificates, look_ups, notices


@dataclass(frozen=True)
class Signature:
    """Who signed a receipt's own files (chữ ký số)."""

    holder: str | None
    """The certificate's; None if that is not known any more."""
    certificate_serial: str
    signed_at: datetime


@dataclass(frozen=True)
class Checked:
    """A judgement, the receipt that it is about, and the notices of error beside that."""

    judgement: Judgement
    receipt: Receipt | None = None
    notices: Sequence[Notice] = ()
    signature: Signature | None = None


async def verify_place(session: AsyncSession, place: Place | None) -> Checked:
    """Judge the receipt at ``place``; None stands for what can be nobody's place."""
    receipt = None if place is None else await look_ups.find_by_place(session, place)
    return await _checked(session, judge_place(receipt), receipt)


async def verify_bytes(session: AsyncSession, sha256: str) -> Checked | None:
    """Judge the file with this hash; None if it is not, byte for byte, one that we keep."""
    receipt = await look_ups.find_by_hash(session, sha256)
    return None if receipt is None else await _checked(session, judge_place(receipt), receipt)


async def named_by(session: AsyncSession, told: Told) -> Receipt | None:
    """Return the receipt that a file says it is; None if it is none of ours."""
    return None if told.place is None else await look_ups.find_by_place(session, told.place)


async def verify_told(
    session: AsyncSession, told: Told, receipt: Receipt | None, kept: Kept | None
) -> Checked:
    """Judge a file whose bytes are none of ours, by what it says of itself."""
    return await _checked(session, judge_other_file(told, receipt, kept), receipt)


async def _checked(session: AsyncSession, judgement: Judgement, receipt: Receipt | None) -> Checked:
    if receipt is None:
        return Checked(judgement)
    return Checked(
        judgement,
        receipt,
        await notices.list_of_receipt(session, receipt.receipt_id),
        await _signature(session, receipt),
    )


async def _signature(session: AsyncSession, receipt: Receipt) -> Signature | None:
    file = receipt.file
    if file.certificate_serial is None or file.signed_at is None:
        return None
    tax_code = receipt.fact.issuer.tax_code
    subject = await certificates.subject_of(session, tax_code, file.certificate_serial)
    return Signature(_holder(subject or ""), file.certificate_serial, file.signed_at)


def _holder(subject: str) -> str | None:
    named = x509.Name.from_rfc4514_string(subject).get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(named[0].value) if named else None

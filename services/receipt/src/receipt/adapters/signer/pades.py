"""The signature of the PDF: PAdES B-B, or B-T where a time-stamp authority is asked (pyHanko)."""

import io
from datetime import datetime
from typing import Final

import asn1crypto.x509
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner, PdfSigningSession
from pyhanko.sign.timestamps.aiohttp_client import HTTPTimeStamper
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from receipt.adapters.signer.key import SigningKey
from receipt.domain.errors import TimestampUnavailableError

FIELD_NAME: Final = "ChuKySo"
_ROOM_BYTES: Final = 2_048
"""For what a signature says besides certificates."""
_ROOM_OF_TIMESTAMP_BYTES: Final = 12_288
"""A stamp brings the certificates above its own along: 6 to 8 kB of public authorities."""
_TIMESTAMP_SECONDS: Final = 10


class _KeySigner(Signer):
    """pyHanko's part of a signature, with a key that is loaded already (reliability.md 8.3)."""

    def __init__(self, key: SigningKey, *, request_id: str) -> None:
        registry = SimpleCertificateStore.from_certs(_parsed(each) for each in key.chain)
        super().__init__(signing_cert=_parsed(key.certificate), cert_registry=registry)
        self._key, self._request_id = key, request_id

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,  # noqa: ARG002 - always SHA-256
        dry_run: bool = False,  # noqa: ARG002, FBT001, FBT002 - pyHanko's; room is reserved
    ) -> bytes:
        """Return the raw signature; pyHanko calls it."""
        return self._key.sign(data, request_id=self._request_id)


class _Authority(HTTPTimeStamper):
    """A time-stamp authority, whose answer counts if it is a genuine stamp of what was asked."""

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """Return the stamp; pyHanko calls it. Whose certificate it bears is the reader's to judge.

        Raises TimestampUnavailableError.
        """
        try:
            token = await super().async_timestamp(message_digest, md_algorithm)
            nobody = ValidationContext(trust_roots=[])
            found = await validate_tst_signed_data(
                token["content"], nobody, lambda _: message_digest
            )
        except Exception as error:  # A stranger's bytes make a parser raise whatever it likes.
            raise TimestampUnavailableError(type(error).__name__) from error
        if not (found["intact"] and found["valid"]):
            raise TimestampUnavailableError("the stamp is not of what was asked, or not genuine")
        if len(token.dump()) > _ROOM_OF_TIMESTAMP_BYTES:
            raise TimestampUnavailableError("the stamp is too large")
        return token


class _TimedSigner(PdfSigner):
    """A signature at an instant that its caller knows."""

    def __init__(self, signer: Signer, timestamp_url: str | None, at: datetime) -> None:
        meta = PdfSignatureMetadata(
            field_name=FIELD_NAME, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256"
        )
        authority = _Authority(timestamp_url, timeout=_TIMESTAMP_SECONDS) if timestamp_url else None
        super().__init__(meta, signer=signer, timestamper=authority)
        self._at = at

    def init_signing_session(
        self,
        pdf_out: BasePdfFileWriter,
        existing_fields_only: bool = False,  # noqa: FBT001, FBT002 - pyHanko's
    ) -> PdfSigningSession:
        """Return pyHanko's session, at our instant."""
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self._at
        return session


def sign_pdf(
    pdf: bytes, key: SigningKey, *, request_id: str, at: datetime, timestamp_url: str | None
) -> bytes:
    """Return ``pdf`` with one signature over the whole of it; what was there stays as it was.

    The signature is no picture on the page: the page says who signs, the signature when. Blocks,
    with an event loop of its own: call it in a thread. With a ``timestamp_url`` it is stamped or
    not made at all. Raises what the key raises, and TimestampUnavailableError.
    """
    room = _ROOM_BYTES + sum(len(_der(each)) for each in (key.certificate, *key.chain))
    if timestamp_url:
        room += _ROOM_OF_TIMESTAMP_BYTES
    signer = _TimedSigner(_KeySigner(key, request_id=request_id), timestamp_url, at)
    signed = signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), bytes_reserved=2 * room)
    return bytes(signed.getbuffer())


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def _parsed(certificate: x509.Certificate) -> asn1crypto.x509.Certificate:
    return asn1crypto.x509.Certificate.load(_der(certificate))

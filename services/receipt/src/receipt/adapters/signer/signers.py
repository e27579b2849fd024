"""Whose certificate signs for which collector, and both signatures of one receipt."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from receipt.adapters.signer.checking import CheckedFile
from receipt.adapters.signer.file_key import read_key_file
from receipt.adapters.signer.key import SigningKey, serial_of
from receipt.adapters.signer.module_key import ModuleKey
from receipt.adapters.signer.pades import sign_pdf
from receipt.adapters.signer.xml_signature import sign_xml
from receipt.domain.certificates import Certificate
from receipt.domain.errors import SignerUnusableError
from receipt.domain.receipt import FileWork, Rendered, Signed
from receipt.settings import SignerSettings
from shared.errors import DomainError

_log: Final = structlog.get_logger()


def open_key(settings: SignerSettings) -> SigningKey:
    """Return the key that ``settings`` name; blocks. Raises what reading it raises."""
    password = settings.password.get_secret_value() if settings.password else None
    if settings.key_file is not None:
        return read_key_file(settings.key_file, password)
    if settings.library is None or settings.token is None or settings.label is None:
        raise SignerUnusableError("neither a key file nor a module is named")
    return ModuleKey(settings.library, settings.token, settings.label, password)


class Signers:
    """The keys of all collectors; each is opened when it is first needed, and kept."""

    def __init__(
        self,
        configured: tuple[SignerSettings, ...],
        *,
        timestamp_url: str | None = None,
        open_key: Callable[[SignerSettings], SigningKey] = open_key,
    ) -> None:
        self._open_key = open_key
        self._configured = configured
        self._timestamp_url = timestamp_url
        self._keys: dict[int, SigningKey] = {}
        self._opening = asyncio.Lock()

    async def sign(self, work: FileWork, rendered: Rendered, *, now: datetime) -> Signed:
        """Return both files with the signature of the collector.

        Asking again after an answer was lost names the same request. Raises SignerUnusableError
        where no certificate is in force, SignerUnavailableError or TimestampUnavailableError where
        it may work later.
        """
        key = await self._key_for(work.tax_code, now)
        return await asyncio.to_thread(self._sign_both, key, work, rendered, now)

    async def sign_pdf(self, tax_code: str, pdf: bytes, *, request_id: str, now: datetime) -> bytes:
        """Return another paper of a collector, signed. Raises what ``sign`` raises."""
        key, at = await self._key_for(tax_code, now), now.replace(microsecond=0)
        return await asyncio.to_thread(self._sign_pdf, key, pdf, request_id, at)

    async def sign_form(
        self, tax_code: str, data: bytes, *, request_id: str, now: datetime
    ) -> bytes:
        """Return an XML document of a collector, signed. Raises what ``sign`` raises."""
        key, at = await self._key_for(tax_code, now), now.replace(microsecond=0)
        return await asyncio.to_thread(sign_xml, data, key, request_id=request_id, at=at)

    async def is_of(self, checked: CheckedFile, tax_code: str) -> bool:
        """Tell whether a checked file is whole, and signed for this collector."""
        known = [each.certificate for each in await self._keys_of(tax_code)]
        return checked.is_whole and checked.certificate in known

    async def certificates(self) -> list[Certificate]:
        """Return all certificates that can be read now, those out of force too."""
        found: list[Certificate] = []
        for place, settings in enumerate(self._configured):
            try:
                key = await self._opened(place, settings)
            except DomainError as error:
                _log.warning("receipt.signer_unreadable", place=place, error_code=error.code)
                continue
            found += [_described(key.certificate, tax_code) for tax_code in settings.tax_codes]
        return found

    def _sign_both(
        self, key: SigningKey, work: FileWork, rendered: Rendered, now: datetime
    ) -> Signed:
        at, request = now.replace(microsecond=0), str(work.fact.receipt_id)
        pdf = self._sign_pdf(key, rendered.pdf, f"{request}/pdf", at)
        xml = None
        if rendered.data is not None:
            xml = sign_xml(rendered.data, key, request_id=f"{request}/xml", at=at)
        return Signed(pdf, xml, at, serial_of(key.certificate))

    def _sign_pdf(self, key: SigningKey, pdf: bytes, request_id: str, at: datetime) -> bytes:
        return sign_pdf(pdf, key, request_id=request_id, at=at, timestamp_url=self._timestamp_url)

    async def _key_for(self, tax_code: str, now: datetime) -> SigningKey:
        for key in await self._keys_of(tax_code):
            certificate = key.certificate
            if certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
                return key
        raise SignerUnusableError(f"no certificate in force signs for {tax_code}")

    async def _keys_of(self, tax_code: str) -> list[SigningKey]:
        return [
            await self._opened(place, each)
            for place, each in enumerate(self._configured)
            if tax_code in each.tax_codes
        ]

    async def _opened(self, place: int, settings: SignerSettings) -> SigningKey:
        async with self._opening:
            if place not in self._keys:
                self._keys[place] = await asyncio.to_thread(self._open_key, settings)
            return self._keys[place]


def _described(certificate: x509.Certificate, tax_code: str) -> Certificate:
    return Certificate(
        fingerprint=certificate.fingerprint(SHA256()).hex(),
        tax_code=tax_code,
        serial=serial_of(certificate),
        subject=certificate.subject.rfc4514_string(),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
    )

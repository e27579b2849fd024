"""Certificates that sign receipts: write down what is known, tell how long it lasts."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.certificates import Certificate, CertificateWatch, watch_of
from receipt.repository import certificates


async def note(session: AsyncSession, found: Iterable[Certificate], *, now: datetime) -> None:
    """Remember these certificates, for ever: old files are known by them."""
    for certificate in found:
        await certificates.insert_certificate(session, certificate, now=now)


async def watch(
    session: AsyncSession, agencies: Collection[str], *, now: datetime
) -> list[CertificateWatch]:
    """Return of each collector how long it can go on signing, and what waits for that."""
    tax_codes = await certificates.tax_codes_of(session, agencies)
    ends = await certificates.last_ends(session, tax_codes)
    waiting = await certificates.count_unsigned(session, tax_codes)
    return [watch_of(code, ends.get(code), waiting.get(code, 0), now=now) for code in tax_codes]

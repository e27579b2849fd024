"""Statements on certificates that sign receipts."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.certificates import Certificate
from receipt.domain.errors import SignerUnusableError
from receipt.tables.certificates import SigningCertificateRow
from receipt.tables.receipts import ReceiptFileRow, ReceiptRow
from receipt.tables.series import SeriesRow


async def insert_certificate(
    session: AsyncSession, certificate: Certificate, *, now: datetime
) -> None:
    """Keep a certificate; one that is known already stays as it is."""
    row = insert(SigningCertificateRow).values(
        fingerprint=certificate.fingerprint,
        tax_code=certificate.tax_code,
        serial=certificate.serial,
        subject=certificate.subject,
        not_before=certificate.not_before,
        not_after=certificate.not_after,
        noted_at=now,
    )
    await session.execute(row.on_conflict_do_nothing())


async def tax_codes_of(session: AsyncSession, agencies: Collection[str]) -> list[str]:
    """Return the tax codes under which agencies collect, in order."""
    codes = select(SeriesRow.tax_code).where(SeriesRow.agency_code.in_(agencies)).distinct()
    return sorted(await session.scalars(codes))


async def last_ends(session: AsyncSession, tax_codes: Collection[str]) -> dict[str, datetime]:
    """Return when the last certificate of each collector ends."""
    statement = (
        select(SigningCertificateRow.tax_code, func.max(SigningCertificateRow.not_after))
        .where(SigningCertificateRow.tax_code.in_(tax_codes))
        .group_by(SigningCertificateRow.tax_code)
    )
    rows = await session.execute(statement)
    return {row[0]: row[1] for row in rows}


async def count_unsigned(session: AsyncSession, tax_codes: Collection[str]) -> dict[str, int]:
    """Return how many receipts of each collector wait for a certificate that can sign."""
    statement = (
        select(SeriesRow.tax_code, func.count())
        .join(ReceiptRow, ReceiptRow.series_id == SeriesRow.id)
        .join(ReceiptFileRow, ReceiptFileRow.receipt_id == ReceiptRow.id)
        .where(
            ReceiptFileRow.due_at.is_not(None),
            ReceiptFileRow.error_code == SignerUnusableError.code,
            SeriesRow.tax_code.in_(tax_codes),
        )
        .group_by(SeriesRow.tax_code)
    )
    rows = await session.execute(statement)
    return {row[0]: row[1] for row in rows}


async def fingerprints_of(session: AsyncSession, tax_code: str) -> frozenset[str]:
    """Return the fingerprints of all certificates that sign or signed for a collector."""
    statement = select(SigningCertificateRow.fingerprint).where(
        SigningCertificateRow.tax_code == tax_code
    )
    return frozenset(await session.scalars(statement))


async def subject_of(session: AsyncSession, tax_code: str, serial: str) -> str | None:
    """Return for whom a collector's certificate was made (RFC 4514); None if it is not known."""
    statement = select(SigningCertificateRow.subject).where(
        SigningCertificateRow.tax_code == tax_code, SigningCertificateRow.serial == serial
    )
    return await session.scalar(statement.order_by(SigningCertificateRow.noted_at).limit(1))

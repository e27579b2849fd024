"""Certificates that sign or signed receipts."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from receipt.tables.model import Base


class SigningCertificateRow(Base):
    """A certificate (chứng thư số) of a collector; kept for ever, to know old files by."""

    __tablename__ = "signing_certificate"

    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    """SHA-256 of the whole certificate."""
    tax_code: Mapped[str] = mapped_column(primary_key=True)
    serial: Mapped[str]
    subject: Mapped[str]
    not_before: Mapped[datetime]
    not_after: Mapped[datetime]
    noted_at: Mapped[datetime]

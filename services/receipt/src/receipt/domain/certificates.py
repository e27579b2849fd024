"""Certificates of collectors (chứng thư số): how long they are in force, who must hear of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

NOTICE: Final = timedelta(days=30)
"""How long before its end a certificate is spoken of: a new one takes a collector some weeks."""


class CertificateState(StrEnum):
    """What an accountant has to know of the certificate that signs."""

    MISSING = "missing"
    EXPIRED = "expired"
    ENDING = "ending"
    IN_FORCE = "in_force"


@dataclass(frozen=True)
class Certificate:
    """A certificate that signs or signed for a collector."""

    fingerprint: str
    tax_code: str
    serial: str
    subject: str
    not_before: datetime
    not_after: datetime


def state_of(ends_at: datetime | None, *, now: datetime) -> CertificateState:
    """Return the state of a collector's last certificate; None: it has none."""
    if ends_at is None:
        return CertificateState.MISSING
    if ends_at < now:
        return CertificateState.EXPIRED
    return CertificateState.ENDING if ends_at - now < NOTICE else CertificateState.IN_FORCE


@dataclass(frozen=True)
class CertificateWatch:
    """How long a collector can go on signing, and how many receipts wait for a certificate."""

    tax_code: str
    state: CertificateState
    ends_at: datetime | None
    waiting: int

    @property
    def is_worth_saying(self) -> bool:
        """Tell whether somebody has to do something."""
        return self.state is not CertificateState.IN_FORCE or self.waiting > 0


def watch_of(
    tax_code: str, ends_at: datetime | None, waiting: int, *, now: datetime
) -> CertificateWatch:
    """Return what is to be said of a collector's certificate."""
    return CertificateWatch(tax_code, state_of(ends_at, now=now), ends_at, waiting)

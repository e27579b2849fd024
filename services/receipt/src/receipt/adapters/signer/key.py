"""The port of signing keys: what every place that keeps a key can do, and tell of it."""

from typing import Final, Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256

PADDING: Final = padding.PKCS1v15()
HASH: Final = SHA256()


class SigningKey(Protocol):
    """A private key with its certificate; the key itself never leaves its place."""

    @property
    def certificate(self) -> x509.Certificate:
        """Return the certificate of the collector (chứng thư số)."""
        ...

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """Return the certificates above it, nearest first."""
        ...

    def sign(self, data: bytes, *, request_id: str) -> bytes:
        """Return an RSA signature (PKCS#1 v1.5, SHA-256) of ``data``.

        ``request_id`` stays the same when a signature whose answer was lost is asked for again, so
        that a counterpart that counts or bills knows it. Blocks: call it in a thread.
        Raises SignerUnavailableError.
        """
        ...


def serial_of(certificate: x509.Certificate) -> str:
    """Return a certificate's serial number as it is written: upper-case hexadecimal."""
    return f"{certificate.serial_number:X}"

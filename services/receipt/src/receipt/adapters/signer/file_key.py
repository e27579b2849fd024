"""A signing key in a file: PKCS#12, or PEM with its certificates."""

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12

from receipt.adapters.signer.key import HASH, PADDING
from receipt.domain.errors import SignerUnusableError


class FileKey:
    """A key that was read once and stays in memory: a signature costs no parsing."""

    def __init__(
        self, key: RSAPrivateKey, certificate: x509.Certificate, *chain: x509.Certificate
    ) -> None:
        self.key = key
        self.certificate = certificate
        self.chain = chain

    def sign(self, data: bytes, *, request_id: str) -> bytes:  # noqa: ARG002 - nobody to tell it
        """Return the signature of ``data``; the same for the same data."""
        return self.key.sign(data, PADDING, HASH)


def read_key_file(file: Path, password: str | None) -> FileKey:
    """Return the key in ``file``: PEM when it begins so, else PKCS#12.

    A PEM file holds the private key, its certificate, then those above it.
    Raises SignerUnusableError if there is none, or none for this password.
    """
    secret = password.encode() if password else None
    try:
        content = file.read_bytes()
        key, certificates = (
            _from_pem(content, secret) if b"-----BEGIN" in content else _from_p12(content, secret)
        )
    except (OSError, ValueError, TypeError) as error:
        raise SignerUnusableError(f"cannot read the key file: {type(error).__name__}") from error
    if not isinstance(key, RSAPrivateKey) or not certificates:
        raise SignerUnusableError("the key file needs an RSA key and its certificate")
    if key.public_key() != certificates[0].public_key():
        raise SignerUnusableError("the certificate in the key file is another key's")
    return FileKey(key, *certificates)


def _from_pem(content: bytes, secret: bytes | None) -> tuple[object, list[x509.Certificate]]:
    return load_pem_private_key(content, secret), x509.load_pem_x509_certificates(content)


def _from_p12(content: bytes, secret: bytes | None) -> tuple[object, list[x509.Certificate]]:
    key, certificate, others = pkcs12.load_key_and_certificates(content, secret)
    return key, [each for each in (certificate, *others) if each is not None]

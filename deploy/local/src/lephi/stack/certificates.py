"""Test certificates for the collectors of a stack: a certificate authority of its own.

They say THỬ NGHIỆM in every name. A collector in earnest has a certificate of a licensed authority
and names it in RECEIPT_SIGNERS.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID

AUTHORITY_FILE: Final = "authority.pem"
_DAYS: Final = 3 * 365
"""A collector's certificate is in force for as long as those of licensed authorities."""
_BITS: Final = 2_048
_MARK: Final = "THỬ NGHIỆM"
_DIGITAL_SIGNATURE: Final = 0
_NON_REPUDIATION: Final = 1
_SIGNS_CERTIFICATES: Final = 5
_USES: Final = 9
_NAME_LIMIT: Final = 64
"""Characters of a common name (RFC 5280, ub-common-name)."""


@dataclass(frozen=True)
class Authority:
    """A certificate authority for tests."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate


@dataclass(frozen=True)
class Validity:
    """From when until when a certificate is in force."""

    begins: datetime
    ends: datetime


def for_days(days: int) -> Validity:
    """Return a validity that has begun an hour ago and goes on for ``days``."""
    now = datetime.now(UTC)
    return Validity(now - timedelta(hours=1), now + timedelta(days=days))


def ensure_collectors(folder: Path, collectors: Mapping[str, str], password: str) -> list[Path]:
    """Return a key file for each collector (tax code to name); what is missing is made now."""
    files = []
    for tax_code, name in collectors.items():
        file = folder / f"{tax_code}.p12"
        if not file.exists():
            authority = ensure_authority(folder)
            made = make_collector(authority, name, tax_code, validity=for_days(_DAYS))
            write_key_file(file, made, authority, password)
        files.append(file)
    return files


def ensure_authority(folder: Path) -> Authority:
    """Return the authority kept in ``folder``; it is made at the first call."""
    file = folder / AUTHORITY_FILE
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = make_authority()
        key = made.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        _write_private(file, key + made.certificate.public_bytes(Encoding.PEM))
    content = file.read_bytes()
    key_read = load_pem_private_key(content, None)
    if not isinstance(key_read, rsa.RSAPrivateKey):
        raise TypeError(f"{file} holds another kind of key")
    return Authority(key_read, x509.load_pem_x509_certificate(content))


def make_authority() -> Authority:
    """Return a new authority, for ten years."""
    key = rsa.generate_private_key(65_537, _BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Lệ Phí CA {_MARK}")])
    builder = _builder(name, name, key.public_key(), for_days(3_650))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(_SIGNS_CERTIFICATES), critical=True)
    return Authority(key, builder.sign(key, hashes.SHA256()))


def make_collector(
    authority: Authority, name: str, tax_code: str, *, validity: Validity
) -> Authority:
    """Return a key and a certificate of a collector; its subject carries the tax code."""
    key = rsa.generate_private_key(65_537, _BITS)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{_MARK} {name}"[:_NAME_LIMIT]),
            x509.NameAttribute(NameOID.USER_ID, f"MST:{tax_code}"),
        ]
    )
    builder = _builder(subject, authority.certificate.subject, key.public_key(), validity)
    builder = builder.add_extension(
        x509.BasicConstraints(ca=False, path_length=None), critical=True
    )
    builder = builder.add_extension(_usage(_DIGITAL_SIGNATURE, _NON_REPUDIATION), critical=True)
    return Authority(key, builder.sign(authority.key, hashes.SHA256()))


def write_key_file(file: Path, owned: Authority, above: Authority, password: str) -> None:
    """Write a PKCS#12 file that only its owner may read."""
    content = pkcs12.serialize_key_and_certificates(
        None, owned.key, owned.certificate, [above.certificate],
        BestAvailableEncryption(password.encode()),
    )  # fmt: skip
    _write_private(file, content)


def _write_private(file: Path, content: bytes) -> None:
    file.unlink(missing_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as target:
        target.write(content)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPublicKey, validity: Validity
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(validity.begins)
        .not_valid_after(validity.ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*places: int) -> x509.KeyUsage:
    return x509.KeyUsage(*[place in places for place in range(_USES)])

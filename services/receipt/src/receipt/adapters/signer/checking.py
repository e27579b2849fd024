"""What the signature in a file says of it: whose it is, and whether all is as it was signed.

For files that strangers hand in. Nothing here trusts a certificate that a file brings along: whose
it is, is for the caller to compare (``fingerprint``). Pure, and blocking: call it in a thread or a
child, with a limit on size and time.
"""

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree
from lxml.etree import _Element as Element
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.util import namespaces
from signxml.xades.xades import XAdESSignatureConfiguration, XAdESVerifier

from receipt.adapters.signer.key import serial_of
from receipt.adapters.signer.xml_signature import CANONICAL, XADES

_REFERENCES: Final = 3
"""Of one of our XML signatures: the document, the signed properties, the certificates."""
_PROPERTIES: Final = f".//{{{XADES}}}SigningTime"


class FileState(StrEnum):
    """What can be said of a file by itself."""

    UNREADABLE = "unreadable"
    """No PDF or XML at all, or one that cannot be read: broken off, encrypted."""
    UNSIGNED = "unsigned"
    ALTERED = "altered"
    """It is signed, and is not, or not all, what was signed."""
    WHOLE = "whole"
    """All of it is what the owner of the certificate signed."""


@dataclass(frozen=True)
class CheckedFile:
    """What a file says by itself; certificate and instant are claims unless it is WHOLE."""

    state: FileState
    certificate: x509.Certificate | None = None
    signed_at: datetime | None = None
    data: bytes | None = None
    """The receipt's data (XML, without its signature): what is signed, or what a PDF carries."""

    @property
    def is_whole(self) -> bool:
        """Tell whether all of the file is what the owner of the certificate signed."""
        return self.state is FileState.WHOLE

    @property
    def fingerprint(self) -> str | None:
        """Return the certificate's SHA-256, by which the caller knows whether it is ours."""
        return self.certificate.fingerprint(SHA256()).hex() if self.certificate else None

    @property
    def certificate_serial(self) -> str | None:
        """Return the certificate's serial number, as ReceiptFileReady writes it."""
        return serial_of(self.certificate) if self.certificate else None


def check_file(content: bytes) -> CheckedFile:
    """Tell of a PDF or an XML file, whichever it is; never raises."""
    return check_pdf(content) if content[:1024].lstrip()[:5] == b"%PDF-" else check_xml(content)


def check_pdf(content: bytes) -> CheckedFile:
    """Tell whose signature a PDF carries and whether it covers the whole file; never raises."""
    try:
        reader = PdfFileReader(io.BytesIO(content))
        if reader.encrypted:
            return CheckedFile(FileState.UNREADABLE)
        data = _attached(reader)
        signatures = reader.embedded_regular_signatures
        if not signatures:
            return CheckedFile(FileState.UNSIGNED, data=data)
        state = FileState.WHOLE if _is_whole(signatures) else FileState.ALTERED
        signature = signatures[0]
        certificate = x509.load_der_x509_certificate(signature.signer_cert.dump())
        return CheckedFile(state, certificate, signature.self_reported_timestamp, data)
    except Exception:  # noqa: BLE001 - a stranger's bytes make a parser raise whatever it likes
        return CheckedFile(FileState.UNREADABLE)


def check_xml(content: bytes) -> CheckedFile:
    """Tell whose signature an XML document carries and whether it covers it all; never raises."""
    try:
        root = _parse(content)
    except Exception:  # noqa: BLE001 - see above
        return CheckedFile(FileState.UNREADABLE)
    if root.find(f"{{{namespaces.ds}}}Signature") is None:
        return CheckedFile(FileState.UNSIGNED, data=_canonical(root))
    try:
        return _verified(root)
    except Exception:  # noqa: BLE001 - see above
        return CheckedFile(FileState.ALTERED)


def _parse(content: bytes) -> Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False
    )
    root = etree.fromstring(content, parser)
    if root.getroottree().docinfo.doctype:
        raise ValueError("a document type is not wanted")
    return root


def _verified(root: Element) -> CheckedFile:
    """Return what signxml has verified, and of that alone what it says."""
    named = root.findtext(f"{{{namespaces.ds}}}Signature//{{{namespaces.ds}}}X509Certificate")
    certificate = x509.load_pem_x509_certificate(
        f"-----BEGIN CERTIFICATE-----\n{named.strip()}\n-----END CERTIFICATE-----".encode()
    )
    config = XAdESSignatureConfiguration(
        location="./",
        expect_references=_REFERENCES,
        signature_methods=frozenset({SignatureMethod.RSA_SHA256}),
        digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
        default_reference_c14n_method=CANONICAL,
        verification_time=certificate.not_valid_before_utc,  # In force or not: the caller's.
    )
    document, properties, _ = XAdESVerifier().verify(
        root, x509_cert=certificate, expect_config=config
    )
    if document.signed_xml is None or document.signed_xml.tag != root.tag:
        raise ValueError("the signature is not over the document")
    if properties.signed_xml is None:
        raise ValueError("the instant is not signed")
    at = datetime.fromisoformat(properties.signed_xml.findtext(_PROPERTIES)).astimezone(UTC)
    return CheckedFile(FileState.WHOLE, certificate, at, _canonical(document.signed_xml))


def _canonical(root: Element) -> bytes:
    return bytes(etree.tostring(root, method="c14n2"))


def _attached(reader: PdfFileReader) -> bytes | None:
    """Return the first associated file of a PDF; None if it carries none."""
    for specification in reader.root.get("/AF", ()):
        return bytes(specification.get_object()["/EF"]["/F"].data)
    return None


def _is_whole(signatures: list[EmbeddedPdfSignature]) -> bool:
    """Tell whether there is one signature, genuine, over every byte but its own."""
    signature, *others = signatures
    begin, before, after, rest = signature.byte_range
    own = 2 * len(signature.pkcs7_content) + 2  # In hexadecimal, in angle brackets.
    intact, valid = validate_sig_integrity(
        signature.signer_info,
        signature.signer_cert,
        expected_content_type="data",
        actual_digest=signature.compute_digest(),
    )
    covered = (begin, after) == (0, before + own) and after + rest == _size(signature)
    return intact and valid and covered and not others


def _size(signature: EmbeddedPdfSignature) -> int:
    return int(signature.reader.stream.seek(0, io.SEEK_END))

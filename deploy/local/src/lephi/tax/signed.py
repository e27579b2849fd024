"""Whose signature a form carries, and whether all of it is as it was signed: the authority's eyes.

Written from docs/tax-authority.md alone: nothing of this is shared with who signs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import NameOID
from lxml import etree
from lxml.etree import _Element as Element
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

_DSIG: Final = "{http://www.w3.org/2000/09/xmldsig#}"
_REPEATED: Final = frozenset({"dong", "noi_dung"})
_ROOTS: Final = {"bang-tong-hop": "BangTongHop", "thong-bao-sai-sot": "ThongBaoSaiSot"}
_REFERENCES: Final = 3
"""The document, the signed instant, the certificates (XAdES)."""
_EXPECTED: Final = SignatureConfiguration(
    location="./",
    expect_references=_REFERENCES,
    signature_methods=frozenset({SignatureMethod.RSA_SHA256}),
    digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
    default_reference_c14n_method=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
)


@dataclass(frozen=True)
class Signed:
    """What a signed form says, and for which tax code its certificate signs."""

    data: Mapping[str, Any]
    tax_code: str


def read_form(raw: bytes) -> dict[str, Any]:
    """Return what a form says, whoever signed it; raise ValueError if it is no XML."""
    root = _parse(raw)
    return {name: value for name, value in _members(root).items() if name != "Signature"}


def check(
    form: str, raw: bytes, trusted: x509.Certificate | None, *, now: datetime
) -> tuple[Signed | None, list[str]]:
    """Return the signed form, or the codes for which its signature is refused.

    ``trusted`` has issued the certificate; None: whoever issued it.
    """
    try:
        root = _parse(raw)
        certificate = _certificate(root)
    except ValueError:
        return None, ["SAI_CHU_KY"]
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        return None, ["CHUNG_THU_HET_HAN"]
    if not _is_issued(certificate, trusted):
        return None, ["SAI_CHUNG_THU"]
    try:
        verified = XMLVerifier().verify(
            root, x509_cert=certificate, expect_config=replace(_EXPECTED, verification_time=now)
        )
    except (SignXMLException, InvalidSignature, ValueError):
        return None, ["SAI_CHU_KY"]
    document = verified[0].signed_xml if isinstance(verified, list) else verified.signed_xml
    if document is None or etree.QName(document).localname != _ROOTS.get(form):
        return None, ["SAI_CHU_KY"]
    return Signed(_members(document), _tax_code(certificate)), []


def _parse(raw: bytes) -> Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError("no XML") from error
    if root.getroottree().docinfo.doctype:
        raise ValueError("a document type is not wanted")
    return root


def _certificate(root: Element) -> x509.Certificate:
    """Return the first certificate that the signature names; raise ValueError."""
    text = root.findtext(f"{_DSIG}Signature/{_DSIG}KeyInfo/{_DSIG}X509Data/{_DSIG}X509Certificate")
    if not text:
        raise ValueError("no certificate")
    pem = f"-----BEGIN CERTIFICATE-----\n{text.strip()}\n-----END CERTIFICATE-----\n"
    return x509.load_pem_x509_certificate(pem.encode())


def _is_issued(certificate: x509.Certificate, trusted: x509.Certificate | None) -> bool:
    if trusted is None:
        return True
    try:
        certificate.verify_directly_issued_by(trusted)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _tax_code(certificate: x509.Certificate) -> str:
    """Return the tax code that a certificate's subject names (MST), empty if it names none."""
    named = certificate.subject.get_attributes_for_oid(NameOID.USER_ID)
    return str(named[0].value).removeprefix("MST:") if named else ""


def _members(parent: Element) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for child in parent:
        name = etree.QName(child).localname
        value = _members(child) if len(child) else (child.text or "")
        if name in _REPEATED:
            found.setdefault(name, []).append(value)
        else:
            found[name] = value
    return found

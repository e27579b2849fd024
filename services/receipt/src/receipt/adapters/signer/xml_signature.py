"""The signature of the XML: XML-DSig, enveloped, with its instant as XAdES writes it (signxml)."""

from datetime import datetime
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from lxml import etree
from lxml.etree import _Element as Element
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.util import SigningSettings
from signxml.xades.xades import XAdESSigner

from receipt.adapters.signer.key import SigningKey

CANONICAL: Final = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
XADES: Final = "http://uri.etsi.org/01903/v1.3.2#"


class _KeyObject:
    """A key as signxml asks it: RSA, PKCS#1 v1.5, SHA-256, wherever the key lives."""

    def __init__(self, key: SigningKey, request_id: str) -> None:
        self._key, self._request_id = key, request_id

    def sign(self, data: bytes, padding: object, algorithm: object) -> bytes:  # noqa: ARG002
        """Return the raw signature; signxml calls it."""
        return self._key.sign(data, request_id=self._request_id)


class _TimedSigner(XAdESSigner):
    """A signature at an instant that its caller knows."""

    def __init__(self, at: datetime) -> None:
        super().__init__(
            signature_algorithm=SignatureMethod.RSA_SHA256,
            digest_algorithm=DigestAlgorithm.SHA256,
            c14n_algorithm=CANONICAL,
        )
        self._at = at

    def add_signing_time(
        self,
        signed_signature_properties: Element,
        sig_root: Element,  # noqa: ARG002 - signxml's
        signing_settings: SigningSettings,  # noqa: ARG002
    ) -> None:
        """Write the instant; signxml calls it."""
        time = etree.SubElement(signed_signature_properties, f"{{{XADES}}}SigningTime")
        time.text = self._at.isoformat(timespec="seconds")


def sign_xml(data: bytes, key: SigningKey, *, request_id: str, at: datetime) -> bytes:
    """Return the XML document ``data`` (our own) with one signature over all of it.

    Blocks: call it in a thread. Raises what the key raises.
    """
    asked: RSAPrivateKey | Any = _KeyObject(key, request_id)
    chain = [key.certificate, *key.chain]
    root = _TimedSigner(at).sign(
        etree.fromstring(data), key=asked, cert=chain, always_add_key_value=False
    )
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))

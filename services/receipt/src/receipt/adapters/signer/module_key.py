"""A signing key in a hardware module (PKCS#11): it signs there and never leaves."""

import threading
from pathlib import Path
from typing import cast

import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pkcs11 import Attribute, Mechanism, ObjectClass
from pkcs11.types import SignMixin
from pkcs11.util.rsa import encode_rsa_public_key

from receipt.adapters.signer.key import serial_of
from receipt.domain.errors import SignerUnavailableError, SignerUnusableError


class ModuleKey:
    """A key of a token, by its label; its certificates lie beside it under the same label."""

    def __init__(self, library: Path, token: str, label: str, pin: str | None) -> None:
        """Open the token; raise SignerUnavailableError or SignerUnusableError if it cannot be."""
        self._place = (library, token)
        self._label, self._pin = label, pin
        self._turn = threading.Lock()
        self._session: pkcs11.Session | None = None
        with self._turn:
            self.certificate, self.chain = self._certificates()

    def sign(self, data: bytes, *, request_id: str) -> bytes:  # noqa: ARG002 - a token counts nothing
        """Return the signature of ``data``, made in the token; a lost session is opened anew."""
        with self._turn:
            try:
                found = self._opened().get_key(ObjectClass.PRIVATE_KEY, label=self._label)
                key = cast(SignMixin, found)
                return bytes(key.sign(data, mechanism=Mechanism.SHA256_RSA_PKCS))
            except pkcs11.PKCS11Error as error:
                self._session = None
                raise SignerUnavailableError(f"the module: {type(error).__name__}") from error

    def _opened(self) -> pkcs11.Session:
        if self._session is None:
            library, token = self._place
            found = pkcs11.lib(str(library)).get_token(token_label=token)
            try:
                self._session = found.open(user_pin=self._pin)
            except pkcs11.UserAlreadyLoggedIn:  # For another key of the token: once for all.
                self._session = found.open()
        return self._session

    def _certificates(self) -> tuple[x509.Certificate, tuple[x509.Certificate, ...]]:
        wanted = {Attribute.CLASS: ObjectClass.CERTIFICATE, Attribute.LABEL: self._label}
        try:
            stored = [each[Attribute.VALUE] for each in self._opened().get_objects(wanted)]
            key = self._opened().get_key(ObjectClass.PUBLIC_KEY, label=self._label)
            own_key = load_der_public_key(encode_rsa_public_key(cast(pkcs11.PublicKey, key)))
        except (pkcs11.PKCS11Error, RuntimeError) as error:
            raise SignerUnavailableError(f"the module: {type(error).__name__}") from error
        found = [x509.load_der_x509_certificate(bytes(each)) for each in stored]
        own = [each for each in found if each.public_key() == own_key]
        if len(own) != 1:
            raise SignerUnusableError("the token needs one certificate of this key")
        return own[0], tuple(each for each in found if serial_of(each) != serial_of(own[0]))

"""A key in a hardware module, in software: SoftHSM2 as Debian has it."""

import subprocess
from pathlib import Path

import pkcs11
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pkcs11 import Attribute, ObjectClass
from pkcs11.util.rsa import decode_rsa_private_key
from pydantic import SecretStr, ValidationError

from receipt.adapters.signer.checking import check_file
from receipt.adapters.signer.file_key import FileKey
from receipt.adapters.signer.signers import open_key
from receipt.adapters.signer.xml_signature import sign_xml
from receipt.domain.errors import SignerUnavailableError, SignerUnusableError
from receipt.settings import SignerSettings
from shared.clock import utc_now
from tests.receipt.signers import TAX_CODE, a_key

LIBRARY = Path("/usr/lib/softhsm/libsofthsm2.so")
TOKEN = "bien-lai"  # noqa: S105 - its label
PIN = "1234"


def put(key: FileKey, label: str, *certificates: bytes) -> None:
    """Put a key and certificates into the token."""
    der = key.key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    public = key.key.public_key().public_numbers()
    with pkcs11.lib(str(LIBRARY)).get_token(token_label=TOKEN).open(rw=True, user_pin=PIN) as token:
        private = decode_rsa_private_key(der)
        token.create_object(private | {Attribute.LABEL: label, Attribute.TOKEN: True})
        token.create_object(
            {
                Attribute.CLASS: ObjectClass.PUBLIC_KEY,
                Attribute.KEY_TYPE: pkcs11.KeyType.RSA,
                Attribute.MODULUS: public.n.to_bytes(256),
                Attribute.PUBLIC_EXPONENT: public.e.to_bytes(3),
                Attribute.LABEL: label,
                Attribute.TOKEN: True,
            }
        )
        for certificate in certificates:
            token.create_object(
                {
                    Attribute.CLASS: ObjectClass.CERTIFICATE,
                    Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                    Attribute.SUBJECT: b"",
                    Attribute.VALUE: certificate,
                    Attribute.LABEL: label,
                    Attribute.TOKEN: True,
                }
            )


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A token with the key of the tests, and with one that has no certificate."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        subprocess.run(  # noqa: S603
            ["softhsm2-util", "--init-token", "--free", "--label", TOKEN, "--pin", PIN,  # noqa: S607
             "--so-pin", PIN],
            check=True, capture_output=True,
        )  # fmt: skip
        ders = [each.public_bytes(Encoding.DER) for each in (a_key().certificate, *a_key().chain)]
        put(a_key(), "collector", *ders)
        put(a_key(), "bare")
    return TOKEN


def settings(token: str, label: str = "collector", pin: str = PIN) -> SignerSettings:
    return SignerSettings(
        tax_codes=(TAX_CODE,), library=LIBRARY, token=token, label=label, password=SecretStr(pin)
    )


def test_given_a_key_in_a_module_when_it_signs_then_the_signature_is_that_of_the_same_key_in_a_file(
    token: str,
) -> None:
    key = open_key(settings(token))

    signed = sign_xml(b"<a xmlns='urn:a'/>", key, request_id="1", at=utc_now())

    assert key.certificate == a_key().certificate
    assert key.chain == a_key().chain
    assert key.sign(b"a", request_id="1") == a_key().sign(b"a", request_id="1")
    assert check_file(signed).is_whole


def test_given_a_module_that_cannot_sign_when_opened_then_it_says_whether_to_try_again(
    token: str,
) -> None:
    with pytest.raises(SignerUnusableError):
        open_key(settings(token, label="bare"))
    with pytest.raises(SignerUnavailableError):
        open_key(settings(token, label="none"))
    with pytest.raises(SignerUnavailableError):
        open_key(settings("none"))


def test_given_neither_file_nor_module_when_set_then_the_setting_is_refused() -> None:
    with pytest.raises(ValidationError, match="name key_file"):
        SignerSettings(tax_codes=(TAX_CODE,), library=LIBRARY)

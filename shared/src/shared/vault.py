"""A lock for bytes at rest: what may hold personal data is stored encrypted."""

import base64
import hashlib
import re
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

_TOKEN: Final = b"gAAAAA"
"""Every Fernet token begins so: version 0x80, and four zero bytes of a 64-bit time."""


class VaultClosedError(Exception):
    """The bytes were locked with a key that is not among ours."""


class Vault:
    """Locks bytes with the first of its keys, and opens what any of them locked.

    ``secret`` holds one key, or several apart by spaces or commas while they are rotated. Fernet is
    AES-128-CBC with HMAC-SHA256: what was changed at rest does not open.
    """

    def __init__(self, secret: str) -> None:
        words = [word for word in re.split(r"[\s,]+", secret) if word]
        if not words:
            raise ValueError("a vault needs a key")
        self._fernet = MultiFernet([Fernet(_key_of(word)) for word in words])

    def lock(self, plain: bytes) -> bytes:
        """Return ``plain`` encrypted."""
        return self._fernet.encrypt(plain)

    def open(self, stored: bytes) -> bytes:
        """Return what was locked; bytes stored before there was a vault come back as they are.

        Raises VaultClosedError.
        """
        if not stored.startswith(_TOKEN):
            return stored
        try:
            return self._fernet.decrypt(stored)
        except InvalidToken as error:
            raise VaultClosedError("none of our keys opens it") from error


def _key_of(secret: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"lephi vault " + secret.encode()).digest())

"""Capabilities in links: who bears the token may do one thing with one id."""

import base64
import binascii
import hmac
from enum import StrEnum
from typing import Final
from uuid import UUID

_KEY_VERSION: Final = 1
_MAC_BYTES: Final = 16
_TOKEN_BYTES: Final = 1 + 1 + 16 + _MAC_BYTES


class Purpose(StrEnum):
    """What a token opens; a token of one purpose is worthless for another."""

    PAYABLE = "p"
    """Public facts of one payable, and paying it. Opens no receipt."""
    ATTEMPT = "a"
    """Given to the browser that pays: opens the receipts of the money it paid."""
    RECEIPT = "r"
    """Opens one receipt."""
    DISPLAY = "q"
    """Drives one counter display."""


def make_token(key: str, purpose: Purpose, subject: UUID) -> str:
    """Return the token: base64url(key version ‖ purpose ‖ id ‖ 128 bits of HMAC-SHA256)."""
    body = bytes([_KEY_VERSION]) + purpose.encode() + subject.bytes
    return base64.urlsafe_b64encode(body + _mac(key, body)).rstrip(b"=").decode()


def read_token(key: str, purpose: Purpose, token: str) -> UUID | None:
    """Return the id that ``token`` opens for ``purpose``; None if it is not genuine."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    body, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    genuine = len(raw) == _TOKEN_BYTES and hmac.compare_digest(mac, _mac(key, body))
    canonical = base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == token
    if not genuine or not canonical or body[0] != _KEY_VERSION or body[1:2] != purpose.encode():
        return None
    return UUID(bytes=body[2:])


def _mac(key: str, body: bytes) -> bytes:
    return hmac.digest(key.encode(), body, "sha256")[:_MAC_BYTES]

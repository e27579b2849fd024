"""VNPAY's words: parameters, vnp_SecureHash, times. Pure; both callback and client use it."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote_plus, unquote_plus

from payment_gateway.adapters.reading import Fields, UnreadableError, is_any_of
from shared.days import in_vietnam

VERSION: Final = "2.1.0"
SUCCESS: Final = "00"
HUNDREDTHS: Final = 100
"""vnp_Amount counts hundredths of a đồng."""
ASK_FIELDS: Final = (
    "vnp_RequestId", "vnp_Version", "vnp_Command", "vnp_TmnCode", "vnp_TxnRef",
    "vnp_TransactionDate", "vnp_CreateDate", "vnp_IpAddr", "vnp_OrderInfo",
)  # fmt: skip
ASKED_FIELDS: Final = (
    "vnp_ResponseId", "vnp_Command", "vnp_ResponseCode", "vnp_Message", "vnp_TmnCode",
    "vnp_TxnRef", "vnp_Amount", "vnp_BankCode", "vnp_PayDate", "vnp_TransactionNo",
    "vnp_TransactionType", "vnp_TransactionStatus", "vnp_OrderInfo", "vnp_PromotionCode",
    "vnp_PromotionAmount",
)  # fmt: skip
_HASHES: Final = ("vnp_SecureHash", "vnp_SecureHashType")
_MAX_PARTS: Final = 64


@dataclass(frozen=True)
class Received:
    """A query string as it came: its values, the text that was signed, and the signature."""

    fields: Fields
    signed_text: str
    signature: str


def receive(query: bytes) -> Received:
    """Read a query string; what is signed is what was received, sorted, not what we make of it.

    Raises UnreadableError where a parameter comes twice: two readers could see two messages.
    """
    try:
        parts = query.decode("ascii").split("&")
        pairs = [(unquote_plus(name, errors="strict"), text) for name, text in map(_halves, parts)]
        values = {name: unquote_plus(text, errors="strict") for name, text in pairs}
    except ValueError:
        raise UnreadableError("the query is no list of names and values") from None
    if len(values) != len(pairs) or len(pairs) > _MAX_PARTS:
        raise UnreadableError("a parameter comes twice, or there are too many")
    signed = sorted(
        (name, part)
        for (name, _), part in zip(pairs, parts, strict=True)
        if name.startswith("vnp_") and name not in _HASHES
    )
    text = "&".join(part for _, part in signed)
    return Received(values, text, values.get("vnp_SecureHash", ""))


def query_of(parameters: Mapping[str, str]) -> str:
    """Return the text that is signed and sent: sorted by name, form-urlencoded."""
    return "&".join(
        f"{quote_plus(name)}={quote_plus(text)}" for name, text in sorted(parameters.items())
    )


def joined(message: Fields, fields: Sequence[str]) -> str:
    """Return the ``|``-joined fields of querydr; raise UnreadableError where one holds ``|``."""
    values = [message.get(name, "") for name in fields]
    if any("|" in text for text in values):
        raise UnreadableError("a signed field holds the separator")
    return "|".join(values)


def sign(text: str, secret: str) -> str:
    """Return lower-case hex HMAC-SHA512."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha512).hexdigest()


def is_genuine(text: str, signature: str, secrets: Sequence[str]) -> bool:
    """Tell whether one of ``secrets`` signed ``text``; constant time."""
    return is_any_of(signature, [sign(text, each) for each in secrets])


def wire_time(instant: datetime) -> str:
    """Return ``yyyyMMddHHmmss``, Vietnam's time on a 24-hour clock."""
    return in_vietnam(instant).strftime("%Y%m%d%H%M%S")


def _halves(part: str) -> tuple[str, str]:
    name, separator, text = part.partition("=")
    if not name or not separator:
        raise ValueError("no name, or no value")
    return name, text

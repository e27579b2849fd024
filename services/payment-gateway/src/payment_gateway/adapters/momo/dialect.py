"""MoMo's words: fields and signature. Pure; both callback and client use it."""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

from payment_gateway.adapters.reading import Fields, wanted

IPN_FIELDS: Final = (
    "accessKey", "amount", "extraData", "message", "orderId", "orderInfo", "orderType",
    "partnerCode", "payType", "requestId", "responseTime", "resultCode", "transId",
)  # fmt: skip
CREATE_FIELDS: Final = (
    "accessKey", "amount", "extraData", "ipnUrl", "orderId", "orderInfo", "partnerCode",
    "redirectUrl", "requestId", "requestType",
)  # fmt: skip
QUERY_FIELDS: Final = ("accessKey", "orderId", "partnerCode", "requestId")
REFUND_FIELDS: Final = (
    "accessKey", "amount", "description", "orderId", "partnerCode", "requestId", "transId",
)  # fmt: skip
SUCCESS: Final = "0"
UNDECIDED: Final = ("9000", "1000", "7000", "7002")
"""Authorised, started, in flight, at the issuer: not failures (domain.md 9)."""


def signed_text(message: Fields, fields: Sequence[str]) -> str:
    """Return ``k=v&…`` in the order of ``fields``, not url-encoded; raise UnreadableError."""
    values = wanted(message, fields)
    return "&".join(f"{name}={text}" for name, text in zip(fields, values, strict=True))


def sign(text: str, secret: str) -> str:
    """Return lower-case hex HMAC-SHA256."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def is_ambiguous(message: Fields, fields: Sequence[str]) -> bool:
    """Tell whether a value holds ``&``: two messages could then share one text."""
    return any("&" in text for text in wanted(message, fields))

"""ZaloPay's words: references and mac. Pure; both callback and client use it."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from payment_gateway.adapters.reading import Fields, wanted
from shared.days import vietnam_day

CREATE_FIELDS: Final = (
    "app_id", "app_trans_id", "app_user", "amount", "app_time", "embed_data", "item",
)  # fmt: skip

REFUND_FIELDS: Final = ("app_id", "zp_trans_id", "amount", "description", "timestamp")
ASK_REFUND_FIELDS: Final = ("app_id", "m_refund_id", "timestamp")


def mac(text: str, key: str) -> str:
    """Return lower-case hex HMAC-SHA256."""
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def joined(message: Fields, fields: Sequence[str]) -> str:
    """Return the fields joined by ``|``; raise UnreadableError where one is missing."""
    return "|".join(wanted(message, fields))


def transaction_id(reference: str, created_at: datetime) -> str:
    """Return app_trans_id: the day in Vietnam, then our reference."""
    return f"{vietnam_day(created_at):%y%m%d}_{reference}"


def reference_of(transaction: str) -> str:
    """Return our reference in app_trans_id."""
    return transaction.partition("_")[2]

"""What all wallets' messages have in common once they are read. Pure."""

import re
from collections.abc import Mapping
from typing import Final

from shared.errors import DomainError, Kind

_AMOUNT: Final = re.compile(r"[1-9][0-9]{0,14}")
_MAX_REFERENCE: Final = 100


class OrderRefusedError(DomainError):
    """A merchant's message is not obeyed; ``code`` is the protocol's own."""

    kind = Kind.INVALID
    code = "order-refused"
    title = "Yêu cầu thanh toán không hợp lệ"

    def __init__(self, answer: str) -> None:
        super().__init__(f"refused with {answer}")
        self.answer = answer


def text(fields: Mapping[str, object], name: str) -> str:
    """Return a field as the text that is signed; empty where it is missing."""
    value = fields.get(name, "")
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def amount(written: str, refusal: str) -> int:
    """Return a positive whole number of đồng; raise OrderRefusedError(``refusal``)."""
    if not _AMOUNT.fullmatch(written):
        raise OrderRefusedError(refusal)
    return int(written)


def reference(written: str, refusal: str) -> str:
    """Return a merchant's reference; raise OrderRefusedError(``refusal``)."""
    if not 0 < len(written) <= _MAX_REFERENCE:
        raise OrderRefusedError(refusal)
    return written


def digits(transaction_code: str) -> str:
    """Return the bank's code as the wallets write it: digits only."""
    return re.sub(r"[^0-9]", "", transaction_code)

"""What counterparts send, read strictly: each value as it was written, or not at all. Pure."""

import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from payment_gateway.domain.monies import channel_reference
from shared.days import VIETNAM
from shared.errors import DomainError, Kind
from shared.money import MAX_VND

_DIGITS: Final = 15
"""Digits of MAX_VND."""
_BANK_CODE: Final = 64
_TIME_LENGTH: Final = 14

Fields = Mapping[str, str]


class UnreadableError(DomainError):
    """A message does not follow its protocol."""

    kind = Kind.INVALID
    code = "callback-unreadable"
    title = "Bản tin không đúng định dạng"


def read_fields(raw: bytes | str) -> Fields:
    """Return the texts and whole numbers of a flat JSON object, each as it was written.

    A name that comes twice is refused: two readers could see two messages.
    """
    try:
        message = json.loads(
            raw, parse_int=str, parse_float=_refuse, parse_constant=_refuse,
            object_pairs_hook=_once_each,
        )  # fmt: skip
    except (ValueError, RecursionError):
        raise UnreadableError("the body is no JSON object of the protocol") from None
    if not isinstance(message, dict):
        raise UnreadableError("the body is no JSON object")
    fields = {name: value for name, value in message.items() if isinstance(value, str)}
    require_whole(fields)
    return fields


def require_whole(fields: Fields) -> None:
    """Raise UnreadableError where a text has half a character: no bytes could have signed it."""
    try:
        "".join(fields.values()).encode()
    except UnicodeEncodeError:
        raise UnreadableError("a text has half a character") from None


def is_any_of(given: str, expected: Sequence[str]) -> bool:
    """Tell whether a signature is one of ``expected``; constant time, whichever it is."""
    found = [hmac.compare_digest(given.encode(), each.encode()) for each in expected]
    return any(found)


def wanted(message: Fields, names: Sequence[str]) -> list[str]:
    """Return the values of ``names`` in that order; raise UnreadableError if one is missing."""
    values = [message[name] for name in names if name in message]
    if len(values) != len(names):
        raise UnreadableError("a field of the protocol is missing")
    return values


def amount_of(text: str) -> int | None:
    """Return an amount in đồng; None if ``text`` is no positive whole number that we can hold."""
    plain = text.isascii() and text.isdigit() and not text.startswith("0")
    if not plain or len(text) > _DIGITS or int(text) > MAX_VND:
        return None
    return int(text)


def wire_time_of(text: str) -> datetime | None:
    """Return the instant of ``yyyyMMddHHmmss`` on a 24-hour clock in Vietnam; None if none."""
    if len(text) != _TIME_LENGTH or not (text.isascii() and text.isdigit()):
        return None
    try:
        local = datetime.fromisoformat(f"{text[:8]}T{text[8:]}").replace(tzinfo=VIETNAM)
    except ValueError:
        return None
    return local.astimezone(UTC)


def milliseconds_of(text: str) -> datetime | None:
    """Return the instant that is ``text`` milliseconds after 1970; None if none."""
    amount = amount_of(text)
    try:
        return None if amount is None else datetime.fromtimestamp(amount / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def bank_code_of(text: str) -> str | None:
    """Return a bank's code as facts may carry it; None where the channel names none."""
    return channel_reference(text)[:_BANK_CODE] if text else None


def _refuse(_: str) -> str:
    raise ValueError("the protocol has no such number")


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name comes twice")
    return found

"""The platform's words: fields, MaXacThuc, times. Pure; both callback and client use it."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from shared.days import VIETNAM, in_vietnam
from shared.errors import DomainError, Kind
from shared.money import MAX_VND

VERSION: Final = "1.0.6"
CURRENCY: Final = "VND"
SUCCESS: Final = "00"
"""MaLoi of a callback that says that money came; INIT's is ``error_code`` "0" (domain.md 13.4)."""

INIT_FIELDS: Final = (
    "LoaiBanTin", "PhienBan", "MaDoiTac", "MaThamChieu", "SoTien", "LoaiHinhThanhToan",
    "MaKenhThanhToan", "MaThietBi", "NgonNgu", "MaTienTe", "MaNganHang", "ThongTinGiaoDich",
    "ThoiGianGD", "Ip",
)  # fmt: skip
CALLBACK_FIELDS: Final = (
    "LoaiBanTin", "MaLoi", "MaDoiTac", "MaThamChieu", "SoTien", "MaTienTe", "MaGiaoDich",
    "MaNganHang", "ThoiGianGD", "ThongTinGiaoDich",
)  # fmt: skip
QUERY_FIELDS: Final = ("LoaiBanTin", "PhienBan", "MaDoiTac", "MaThamChieu", "ThoiGianGD")
ANSWER_FIELDS: Final = ("MaLoi", "MoTaLoi", "MaDoiTac", "MaThamChieu", "ThoiGianGD")
"""Of our own answer to a callback; the order is (to confirm)."""

_MAX_FIELD: Final = 255
_TIME: Final = "%Y%m%d%H%M%S"
_TIME_LENGTH: Final = 14

Fields = Mapping[str, str]


class NpspUnreadableError(DomainError):
    """A message does not follow the protocol."""

    kind = Kind.INVALID
    code = "npsp-unreadable"
    title = "Bản tin không đúng định dạng"


def read_fields(raw: bytes) -> Fields:
    """Return the texts and whole numbers of a flat JSON object, each as it was written.

    A name that comes twice is refused: two readers could see two messages.
    """
    try:
        message = json.loads(
            raw, parse_int=str, parse_float=_refuse, parse_constant=_refuse,
            object_pairs_hook=_once_each,
        )  # fmt: skip
    except (ValueError, RecursionError):
        raise NpspUnreadableError("the body is no JSON object of the protocol") from None
    if not isinstance(message, dict):
        raise NpspUnreadableError("the body is no JSON object")
    return {name: value for name, value in message.items() if isinstance(value, str)}


def sign(message: Fields, fields: Sequence[str], secret: str) -> str:
    """Return MaXacThuc: lower-case hex SHA-256 of the fields, joined by ``|``, the secret last.

    Raises NpspUnreadableError where a field is missing or holds the separator: the hash is plain,
    and two messages could share one.
    """
    values = [message.get(field) for field in fields]
    texts = [value for value in values if value is not None and "|" not in value]
    if len(texts) != len(values) or any(len(text) > _MAX_FIELD for text in texts):
        raise NpspUnreadableError("a signed field is missing, too long or holds the separator")
    return hashlib.sha256("|".join([*texts, secret]).encode()).hexdigest()


def is_genuine(message: Fields, fields: Sequence[str], secrets: Sequence[str]) -> bool:
    """Tell whether one of ``secrets`` signed ``message``; constant time."""
    given = message.get("MaXacThuc", "").encode()
    found = [hmac.compare_digest(given, sign(message, fields, each).encode()) for each in secrets]
    return any(found)


def amount_of(message: Fields) -> int:
    """Return SoTien in đồng; raise NpspUnreadableError if it is no positive whole number."""
    text = message.get("SoTien", "")
    plain = text.isascii() and text.isdigit() and not text.startswith("0") and len(text) <= 15  # noqa: PLR2004 -- digits of MAX_VND
    if not plain or int(text) > MAX_VND:
        raise NpspUnreadableError("SoTien is no amount in đồng")
    return int(text)


def time_of(message: Fields) -> datetime | None:
    """Return the instant of ThoiGianGD, Vietnam's time on a 24-hour clock; None if it is none."""
    text = message.get("ThoiGianGD", "")
    if len(text) != _TIME_LENGTH or not (text.isascii() and text.isdigit()):
        return None
    try:
        local = datetime.fromisoformat(f"{text[:8]}T{text[8:]}").replace(tzinfo=VIETNAM)
    except ValueError:
        return None
    return local.astimezone(UTC)


def wire_time(instant: datetime) -> str:
    """Return ThoiGianGD: ``yyyyMMddHHmmss``, Vietnam's time on a 24-hour clock."""
    return in_vietnam(instant).strftime(_TIME)


def _refuse(_: str) -> str:
    raise ValueError("the protocol has no such number")


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name comes twice")
    return found

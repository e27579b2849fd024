"""The platform's words: fields, MaXacThuc, times. Pure; both callback and client use it."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from payment_gateway.adapters.reading import Fields, UnreadableError, is_any_of
from shared.days import in_vietnam

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


def sign(message: Fields, fields: Sequence[str], secret: str) -> str:
    """Return MaXacThuc: lower-case hex SHA-256 of the fields, joined by ``|``, the secret last.

    Raises UnreadableError where a field is missing or holds the separator: the hash is plain,
    and two messages could share one.
    """
    values = [message.get(field) for field in fields]
    texts = [value for value in values if value is not None and "|" not in value]
    if len(texts) != len(values) or any(len(text) > _MAX_FIELD for text in texts):
        raise UnreadableError("a signed field is missing, too long or holds the separator")
    return hashlib.sha256("|".join([*texts, secret]).encode()).hexdigest()


def is_genuine(message: Fields, fields: Sequence[str], secrets: Sequence[str]) -> bool:
    """Tell whether one of ``secrets`` signed ``message``; constant time."""
    return is_any_of(message.get("MaXacThuc", ""), [sign(message, fields, s) for s in secrets])


def wire_time(instant: datetime) -> str:
    """Return ThoiGianGD: ``yyyyMMddHHmmss``, Vietnam's time on a 24-hour clock."""
    return in_vietnam(instant).strftime(_TIME)

"""The platform's words: what a partner sends, what we answer, and MaXacThuc. Pure.

Written from the protocol's vectors alone and sharing nothing with the other side of the wire.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from mock_bank.domain.payments import TransactionState
from mock_bank.domain.tellings import Result, Told
from shared.days import in_vietnam
from shared.errors import DomainError, Kind

INIT_FIELDS: Final = (
    "LoaiBanTin", "PhienBan", "MaDoiTac", "MaThamChieu", "SoTien", "LoaiHinhThanhToan",
    "MaKenhThanhToan", "MaThietBi", "NgonNgu", "MaTienTe", "MaNganHang", "ThongTinGiaoDich",
    "ThoiGianGD", "Ip",
)  # fmt: skip
CALLBACK_FIELDS: Final = (
    "LoaiBanTin", "MaLoi", "MaDoiTac", "MaThamChieu", "SoTien", "MaTienTe", "MaGiaoDich",
    "MaNganHang", "ThoiGianGD", "ThongTinGiaoDich",
)  # fmt: skip
QUESTION_FIELDS: Final = ("LoaiBanTin", "PhienBan", "MaDoiTac", "MaThamChieu", "ThoiGianGD")

_FORGED: Final = "0" * 64
_MAX_REFERENCE: Final = 255
_MAX_VND: Final = 10**15 - 1


class UnreadableMessageError(DomainError):
    """The message does not follow the protocol."""

    kind = Kind.INVALID
    code = "npsp-unreadable"
    title = "Bản tin không đúng định dạng"


class NotGenuineError(DomainError):
    """MaXacThuc does not belong to the message."""

    kind = Kind.FORBIDDEN
    code = "npsp-not-genuine"
    title = "Mã xác thực không đúng"


@dataclass(frozen=True)
class Order:
    """What INIT asks for; amounts in đồng."""

    partner: str
    reference: str
    amount_vnd: int
    bank_code: str
    description: str
    dossier_code: str
    collector: str


def read_message(raw: bytes) -> dict[str, Any]:
    """Return the JSON object in ``raw``; raise UnreadableMessageError if it is none."""
    try:
        message = json.loads(raw)
    except ValueError:
        raise UnreadableMessageError("the body is not JSON") from None
    if not isinstance(message, dict):
        raise UnreadableMessageError("the body is not a JSON object")
    return message


def sign(message: Mapping[str, Any], fields: Sequence[str], secret: str) -> str:
    """Return MaXacThuc: lower-case hex SHA-256 of the fields and the secret, joined by ``|``."""
    joined = "|".join([*(_text(message, field) for field in fields), secret])
    return hashlib.sha256(joined.encode()).hexdigest()


def verify(message: Mapping[str, Any], fields: Sequence[str], secret: str) -> None:
    """Raise NotGenuineError unless the message's MaXacThuc is right; constant time.

    The hash is plain and its fields are only joined, so a field that holds ``|`` is refused:
    two messages could share one hash.
    """
    if any("|" in _text(message, field) for field in fields):
        raise UnreadableMessageError("a signed field holds the separator")
    given = str(message.get("MaXacThuc", ""))
    if not hmac.compare_digest(given.encode(), sign(message, fields, secret).encode()):
        raise NotGenuineError("MaXacThuc is wrong")


def read_order(message: Mapping[str, Any]) -> Order:
    """Return what a verified INIT asks for."""
    amount = _text(message, "SoTien")
    reference = _text(message, "MaThamChieu")
    if not re.fullmatch(r"[1-9][0-9]{0,14}", amount) or int(amount) > _MAX_VND:
        raise UnreadableMessageError("SoTien is not a positive whole number")
    if not 0 < len(reference) <= _MAX_REFERENCE:
        raise UnreadableMessageError("MaThamChieu is empty or too long")
    if _text(message, "MaTienTe") != "VND":
        raise UnreadableMessageError("MaTienTe is not VND")
    receipt = message.get("ThongTinBienLai")
    details = receipt if isinstance(receipt, dict) else {}
    return Order(
        partner=_text(message, "MaDoiTac"),
        reference=reference,
        amount_vnd=int(amount),
        bank_code=_text(message, "MaNganHang"),
        description=_text(message, "ThongTinGiaoDich"),
        dossier_code=str(details.get("MaHoSo") or ""),
        collector=str(details.get("TenTKThuHuong") or details.get("TenDonVi") or ""),
    )


def accept_order(order: Order, address: str) -> dict[str, str]:
    """Return INIT's answer: error_code ``0`` and where the payer's browser goes."""
    return {
        "error_code": "0",
        "message": "Thành công",
        "MaDoiTac": order.partner,
        "MaThamChieu": order.reference,
        "UrlThanhToan": address,
    }


def refuse(error: DomainError) -> dict[str, str]:
    """Return the answer to a message that is not obeyed."""
    return {"error_code": "-1", "message": error.title, "MaLoi": "99", "MoTaLoi": error.code}


def confirm(told: Told, result: Result, *, secret: str, forged: bool = False) -> dict[str, str]:
    """Return the callback (CONFIRM), signed; ``forged`` carries a signature that is nobody's."""
    message = {
        "LoaiBanTin": "CONFIRM",
        "MaLoi": result.value,
        "MaDoiTac": told.partner,
        "MaThamChieu": told.reference,
        "SoTien": str(told.amount_vnd),
        "MaTienTe": "VND",
        "MaGiaoDich": told.transaction_code,
        "MaNganHang": told.bank_code,
        "ThoiGianGD": wire_time(told.said_at),
        "ThongTinGiaoDich": told.description,
    }
    signature = _FORGED if forged else sign(message, CALLBACK_FIELDS, secret)
    return {**message, "MaXacThuc": signature}


def answer_query(told: Told, state: TransactionState, *, secret: str) -> dict[str, str]:
    """Return QUERY's answer: TrangThaiGD 1 success, 3 not known yet, 4 failed."""
    result = Result.SUCCESS if state is TransactionState.SUCCESS else Result.FAILED
    signed = confirm(told, result, secret=secret)
    message = {**signed, "LoaiBanTin": "QUERY", "error_code": "0", "TrangThaiGD": state.value}
    return {**message, "MaXacThuc": sign(message, CALLBACK_FIELDS, secret)}


def wire_time(instant: datetime) -> str:
    """Return ThoiGianGD: ``yyyyMMddHHmmss`` on a 24-hour clock, Vietnam's time."""
    return f"{in_vietnam(instant):%Y%m%d%H%M%S}"


def is_accepted(status: int, raw: bytes) -> bool:
    """Tell whether the partner's answer to a callback ends it: HTTP 200 and MaLoi ``00``."""
    try:
        answer = json.loads(raw)
    except ValueError:
        return False
    return status == HTTPStatus.OK and isinstance(answer, dict) and answer.get("MaLoi") == "00"


def _text(message: Mapping[str, Any], field: str) -> str:
    value = message.get(field)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise UnreadableMessageError(f"{field} is missing or not a text")
    return str(value)

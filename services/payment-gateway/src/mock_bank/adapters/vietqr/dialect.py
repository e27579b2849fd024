"""The QR of a transfer (EMVCo, NAPAS), read strictly, and the feed's words. Pure.

Written from the vectors alone and sharing nothing with the other side of the wire.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final

from mock_bank.domain.tellings import Result, Told
from shared.days import in_vietnam
from shared.errors import DomainError, Kind

_FORGED: Final = base64.b64encode(bytes(32)).decode()
_CRC_LENGTH: Final = 4
_HEAD: Final = 4
_BIN_LENGTH: Final = 6
_MAX_ACCOUNT: Final = 19
_MAX_PURPOSE: Final = 25
_MAX_VND: Final = 10**15 - 1
_NAPAS: Final = "A000000727"
_DONG: Final = "704"
_SERVICES: Final = ("QRIBFTTA", "QRIBFTTC")


class QrUnreadableError(DomainError):
    """The text is no QR of a transfer."""

    kind = Kind.INVALID
    code = "vietqr-unreadable"
    title = "Mã VietQR không đọc được"


@dataclass(frozen=True)
class Scanned:
    """What a bank's app fills in after a scan; ``amount_vnd`` None: the payer types it."""

    bin: str
    account: str
    amount_vnd: int | None
    purpose: str
    bill_number: str


@dataclass(frozen=True)
class Wanted:
    """A transfer that a payer wants to make; ``bin`` empty where only the account was typed."""

    bin: str
    account: str
    amount_vnd: int
    content: str


def crc_of(text: str) -> str:
    """Return CRC-16/CCITT-FALSE in upper-case hex."""
    # CRC-16/XMODEM of the standard library starts from 0; its register is preset to 0xFFFF here.
    return f"{binascii.crc_hqx(text.encode(), 0xFFFF):04X}"


def scan(payload: str) -> Scanned:
    """Return what ``payload`` asks for; raise QrUnreadableError unless every length adds up."""
    body, crc = payload[:-_CRC_LENGTH], payload[-_CRC_LENGTH:]
    if not body.endswith("6304") or not hmac.compare_digest(crc_of(body).encode(), crc.encode()):
        raise QrUnreadableError("the CRC is wrong")
    top = _fields(payload)
    merchant = _fields(top.get("38", ""))
    beneficiary = _fields(merchant.get("01", ""))
    more = _fields(top.get("62", ""))
    _require(top.get("00") == "01" and top.get("01") in {"11", "12"}, "no EMVCo QR")
    _require(merchant.get("00") == _NAPAS and merchant.get("02") in _SERVICES, "no transfer")
    _require(top.get("53") == _DONG and top.get("58") == "VN", "not in đồng")
    bank, account = beneficiary.get("00", ""), beneficiary.get("01", "")
    _require(len(bank) == _BIN_LENGTH and bank.isdigit(), "the BIN has not six digits")
    _require(0 < len(account) <= _MAX_ACCOUNT, "the account is empty or too long")
    _require(len(more.get("08", "")) <= _MAX_PURPOSE, "the purpose is too long")
    return Scanned(bank, account, _amount(top), more.get("08", ""), more.get("01", ""))


def read_transfer(payload: str, account: str, amount: str, content: str) -> Wanted:
    """Return the transfer of a scanned QR or of what was typed; what is typed wins.

    Raises QrUnreadableError.
    """
    scanned = scan(payload.strip()) if payload.strip() else None
    digits = re.sub(r"[^0-9]", "", amount)
    amount_vnd = int(digits) if digits else scanned.amount_vnd if scanned else None
    _require(amount_vnd is not None and 0 < amount_vnd <= _MAX_VND, "no amount")
    return Wanted(
        bin=scanned.bin if scanned and not account.strip() else "",
        account=account.strip() or (scanned.account if scanned else ""),
        amount_vnd=amount_vnd or 0,
        content=content.strip() or (scanned.purpose if scanned else ""),
    )


def entry(told: Told, result: Result) -> bytes:
    """Return the feed's message about one transfer; a reversal is told with a minus."""
    amount = told.amount_vnd if result is Result.SUCCESS else -told.amount_vnd
    account = {name: told.details.get(name, "") for name in ("bin", "account")}
    message = {
        "bank_reference": told.transaction_code,
        **{name: text for name, text in account.items() if text},
        "amount_vnd": amount,
        "currency": "VND",
        "content": told.description,
        "payer_bin": told.bank_code if told.bank_code.isdigit() else "",
        "booked_at": in_vietnam(told.said_at).isoformat(timespec="seconds"),
    }
    return json.dumps(message, ensure_ascii=False).encode()


def headers(
    message_id: str, body: bytes, *, secret: str, now: datetime, forged: bool
) -> Mapping[str, str]:
    """Return the feed's headers: HMAC-SHA256 over ``id.timestamp.body``, base64, ``v1``."""
    sent_at = str(int(now.timestamp()))
    signed = b".".join([message_id.encode(), sent_at.encode(), body])
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    signature = _FORGED if forged else base64.b64encode(digest).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": sent_at,
        "webhook-signature": f"v1,{signature}",
        "content-type": "application/json",
    }


def is_accepted(status: int) -> bool:
    """Tell whether the partner's answer ends the bank's tries."""
    return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES


def _fields(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        head = text[at : at + _HEAD]
        plain = len(head) == _HEAD and head.isascii() and head.isdigit()
        _require(plain and head[:2] not in found, "a tag or a length is no number, or comes twice")
        start, length = at + _HEAD, int(head[2:])
        _require(start + length <= len(text), "a length goes past the end")
        found[head[:2]] = text[start : start + length]
        at = start + length
    return found


def _amount(top: Mapping[str, str]) -> int | None:
    text = top.get("54")
    if text is None:
        return None
    _require(text.isascii() and text.isdigit() and int(text) > 0, "the amount is no whole number")
    return int(text)


def _require(holds: bool, otherwise: str) -> None:  # noqa: FBT001 - a condition, not a switch
    if not holds:
        raise QrUnreadableError(otherwise)

"""What a bank's app reads in the QR of a transfer (EMVCo, NAPAS VietQR; domain.md 8). Pure."""

import re
from dataclasses import dataclass
from typing import Final

from payment_gateway.domain.errors import AccountNotReachableError
from shared.contracts.parts import Account

_GUID: Final = "A000000727"
"""NAPAS, in tag 38."""
_TO_ACCOUNT: Final = "QRIBFTTA"
_DONG: Final = "704"
"""ISO 4217's number of VND."""
_ACCOUNT: Final = re.compile(r"[0-9A-Z]{1,19}")
_BIN: Final = re.compile(r"[0-9]{6}")
_MAX_PURPOSE: Final = 25
_POLYNOMIAL: Final = 0x1021
_START: Final = 0xFFFF
_TOP_BIT: Final = 0x8000


@dataclass(frozen=True)
class Transfer:
    """A transfer as its payer's app shall fill it in; without an amount the QR is a static one."""

    bin: str
    account: str
    amount_vnd: int | None = None
    purpose: str | None = None
    """At most 25 characters; ours is a reference, so that nothing personal is in the QR."""
    bill_number: str | None = None


def is_reachable(account: Account) -> bool:
    """Tell whether a transfer by QR can name ``account``."""
    return bool(_BIN.fullmatch(account.bin) and _ACCOUNT.fullmatch(account.number))


def transfer_to(account: Account, *, amount_vnd: int, reference: str) -> Transfer:
    """Return the transfer that pays ``amount_vnd``; raise AccountNotReachableError."""
    if not is_reachable(account):
        raise AccountNotReachableError("the account has more, or other, characters than a QR takes")
    return Transfer(account.bin, account.number, amount_vnd, reference)


def payload(transfer: Transfer) -> str:
    """Return the text of the QR, its CRC-16/CCITT-FALSE over everything including ``6304``."""
    beneficiary = _field("00", transfer.bin) + _field("01", transfer.account)
    amount = "" if transfer.amount_vnd is None else _field("54", str(transfer.amount_vnd))
    text = (
        _field("00", "01")
        + _field("01", "12" if amount else "11")
        + _field("38", _field("00", _GUID) + _field("01", beneficiary) + _field("02", _TO_ACCOUNT))
        + _field("53", _DONG)
        + amount
        + _field("58", "VN")
        + _additional(transfer)
        + "6304"
    )
    return f"{text}{crc16(text.encode()):04X}"


def crc16(data: bytes) -> int:
    """Return CRC-16/CCITT-FALSE: 0x1021, from 0xFFFF, nothing reflected."""
    crc = _START
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1) ^ _POLYNOMIAL if crc & _TOP_BIT else crc << 1
        crc &= 0xFFFF
    return crc


def _additional(transfer: Transfer) -> str:
    parts = ""
    if transfer.bill_number is not None:
        parts += _field("01", transfer.bill_number)
    if transfer.purpose is not None:
        if len(transfer.purpose) > _MAX_PURPOSE:
            raise ValueError("a purpose has at most 25 characters")
        parts += _field("08", transfer.purpose)
    return _field("62", parts) if parts else ""


def _field(tag: str, text: str) -> str:
    return f"{tag}{len(text):02d}{text}"

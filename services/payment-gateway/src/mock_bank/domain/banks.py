"""The banks and wallets whose pages the mock can show; names only, no logos."""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Bank:
    """One bank: ``code`` as in MaNganHang, ``look`` names its colours in the style sheet."""

    code: str
    name: str
    look: str
    kind: str = "bank"


ANY: Final = "PAYMENT"
"""MaNganHang of an INIT that leaves the choice to the payer."""

BANKS: Final = (
    Bank("VCB", "Vietcombank", "green"),
    Bank("BIDV", "BIDV", "teal"),
    Bank("AGR", "Agribank", "wine"),
    Bank("CTG", "VietinBank", "blue"),
    Bank("MB", "MB", "indigo"),
    Bank("STB", "Sacombank", "navy"),
    Bank("TCB", "Techcombank", "red"),
    Bank("ACB", "ACB", "blue"),
    Bank("VPB", "VPBank", "green"),
    Bank("TPB", "TPBank", "violet"),
    Bank("HDB", "HDBank", "red"),
    Bank("SHB", "SHB", "orange"),
    Bank("VNPTMONEY", "VNPT Money", "blue", "wallet"),
    Bank("VIETTELMONEY", "Viettel Money", "red", "wallet"),
    Bank("MOMO", "Ví MoMo", "pink", "wallet"),
    Bank("VNPAY", "VNPAY", "navy", "wallet"),
    Bank("ZALOPAY", "Ví ZaloPay", "blue", "wallet"),
    Bank("NGANLUONG", "Ví Ngân Lượng", "orange", "wallet"),
    Bank("PAYOO", "Ví Payoo", "teal", "wallet"),
)

_OTHER_NAMES: Final = {
    "970436": "VCB", "VIETCOMBANK": "VCB", "970415": "CTG", "VIETINBANK": "CTG",
    "970418": "BIDV", "970405": "AGR", "AGRIBANK": "AGR", "VBA": "AGR", "970422": "MB",
    "970403": "STB", "SACOMBANK": "STB", "970407": "TCB", "TECHCOMBANK": "TCB",
    "970416": "ACB", "970432": "VPB", "VPBANK": "VPB", "970423": "TPB", "TPBANK": "TPB",
    "970437": "HDB", "HDBANK": "HDB", "970443": "SHB", "MM": "MOMO", "ZLP": "ZALOPAY",
}  # fmt: skip
_BY_CODE: Final = {bank.code: bank for bank in BANKS}


def find_bank(code: str) -> Bank | None:
    """Return the bank that ``code`` (own code, BIN or short name) means; None: the payer chooses.

    A code that nobody knows still gets a page of its own, in plain colours.
    """
    plain = re.sub(r"[^A-Z0-9]", "", code.upper())
    if plain in {"", ANY}:
        return None
    known = _BY_CODE.get(_OTHER_NAMES.get(plain, plain))
    return known or Bank(plain[:20], code[:40], "plain")

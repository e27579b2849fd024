"""VNPAY's settlement file: CSV, amounts in hundredths as everywhere in its protocol. Pure."""

from typing import Final

from mock_bank.adapters import orders, sheets
from mock_bank.domain.statements import Entry, Sheet
from shared.days import in_vietnam

MEDIA_TYPE: Final = "text/csv"
_HEAD: Final = (
    "vnp_TxnRef", "vnp_TransactionNo", "vnp_Amount", "vnp_BankCode", "vnp_PayDate",
    "vnp_TransactionStatus",
)  # fmt: skip


def write(sheet: Sheet) -> bytes:
    """Return the file of one day."""
    lines = [_HEAD, *(_line(entry) for entry in sheet.entries)]
    return sheets.csv_of([*lines, ("TOTAL", str(sheet.count), str(sheet.sum_vnd * 100))])


def _line(entry: Entry) -> tuple[str, ...]:
    return (
        entry.reference, orders.digits(entry.transaction_code),
        entry.amount if entry.is_malformed else str(entry.amount_vnd * 100), "NCB",
        f"{in_vietnam(entry.booked_at):%Y%m%d%H%M%S}", "00",
    )  # fmt: skip

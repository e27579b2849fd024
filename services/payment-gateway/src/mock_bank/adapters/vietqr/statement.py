"""A bank's statement (sao kê) of one day's transfers: CSV, with the payers' own words. Pure."""

from typing import Final

from mock_bank.adapters import sheets
from mock_bank.domain.statements import Entry, Sheet
from shared.days import in_vietnam

MEDIA_TYPE: Final = "text/csv"
_HEAD: Final = (
    "bank_reference", "booked_at", "amount_vnd", "currency", "bin", "account", "payer_bin",
    "content",
)  # fmt: skip


def write(sheet: Sheet) -> bytes:
    """Return the statement of one day."""
    lines = [_HEAD, *(_line(entry) for entry in sheet.entries)]
    return sheets.csv_of([*lines, ("TOTAL", str(sheet.count), str(sheet.sum_vnd))])


def _line(entry: Entry) -> tuple[str, ...]:
    return (
        entry.transaction_code, in_vietnam(entry.booked_at).isoformat(timespec="seconds"),
        entry.amount, "VND", entry.details.get("bin", ""), entry.details.get("account", ""),
        entry.bank_code if entry.bank_code.isdigit() else "", entry.description,
    )  # fmt: skip

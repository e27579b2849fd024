"""ZaloPay's settlement file: CSV. Pure."""

from typing import Final

from mock_bank.adapters import orders, sheets
from mock_bank.domain.statements import Entry, Sheet

MEDIA_TYPE: Final = "text/csv"
_HEAD: Final = ("app_trans_id", "zp_trans_id", "amount", "server_time", "status")


def write(sheet: Sheet) -> bytes:
    """Return the file of one day."""
    lines = [_HEAD, *(_line(entry) for entry in sheet.entries)]
    return sheets.csv_of([*lines, ("TOTAL", str(sheet.count), str(sheet.sum_vnd))])


def _line(entry: Entry) -> tuple[str, ...]:
    return (
        entry.reference, orders.digits(entry.transaction_code), entry.amount,
        str(int(entry.booked_at.timestamp() * 1000)), "1",
    )  # fmt: skip

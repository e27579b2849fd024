"""The platform's settlement file: lines of fields with ``|`` between them, all in Base64. Pure."""

import base64
from typing import Final

from mock_bank.adapters.npsp.dialect import wire_time
from mock_bank.domain.statements import Entry, Sheet

MEDIA_TYPE: Final = "text/plain"
_HEAD: Final = (
    "MaThamChieu", "MaGiaoDich", "SoTien", "MaTienTe", "MaNganHang", "ThoiGianGD", "MaLoi",
)  # fmt: skip


def write(sheet: Sheet) -> bytes:
    """Return the file of one day."""
    lines = [_HEAD, *(_line(entry) for entry in sheet.entries)]
    lines.append(("TONG", str(sheet.count), str(sheet.sum_vnd)))
    text = "".join(f"{'|'.join(line)}\n" for line in lines)
    return base64.b64encode(text.encode())


def _line(entry: Entry) -> tuple[str, ...]:
    return (
        entry.reference, entry.transaction_code, entry.amount, "VND", entry.bank_code,
        wire_time(entry.booked_at), "00",
    )  # fmt: skip

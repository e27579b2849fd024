"""The platform's settlement file: fields with ``|`` between them, all in Base64. Pure.

The form is (to confirm) with the platform (domain.md 7.5 names a file of this kind).
"""

import base64
import binascii
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from payment_gateway.adapters.reading import bank_code_of, wire_time_of
from payment_gateway.adapters.settlements.reading import (
    MAX_BYTES,
    Cells,
    Form,
    Told,
    amount_in,
    instant_in,
    reference_in,
    require,
    sheet_of,
    text_of,
)
from payment_gateway.domain.statements import FileFault, RowFault, Sheet, StatementUnusableError

_SUCCESS: Final = "00"


def read(raw: bytes, day_on: date) -> Sheet:
    """Return what the platform says of ``day_on``; raise StatementUnusableError."""
    if len(raw) > 2 * MAX_BYTES:
        raise StatementUnusableError(FileFault.TOO_LARGE)
    try:
        plain = base64.b64decode(b"".join(raw.split()), validate=True)
    except (binascii.Error, ValueError):
        raise StatementUnusableError(FileFault.BASE64) from None
    return sheet_of(_rows(text_of(plain)), _FORM, day_on)


def _rows(text: str) -> Iterator[Sequence[str]]:
    for line in text.removesuffix("\n").split("\n"):
        yield line.removesuffix("\r").split("|")


def _row(cells: Cells) -> Told:
    require(cells["MaLoi"] == _SUCCESS, RowFault.STATUS)
    require(cells["MaTienTe"] == "VND", RowFault.CURRENCY)
    return Told(
        channel_reference=reference_in(cells["MaGiaoDich"]),
        reference=cells["MaThamChieu"],
        amount_vnd=amount_in(cells["SoTien"]),
        bank_code=bank_code_of(cells["MaNganHang"]),
        booked_at=instant_in(wire_time_of(cells["ThoiGianGD"])),
    )


_FORM: Final = Form(
    head=(
        "MaThamChieu", "MaGiaoDich", "SoTien", "MaTienTe", "MaNganHang", "ThoiGianGD", "MaLoi",
    ),
    total_word="TONG",
    reference_column="MaGiaoDich",
    read_row=_row,
)  # fmt: skip

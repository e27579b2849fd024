"""ZaloPay's settlement file: CSV. Pure. The form is (to confirm)."""

from datetime import date
from typing import Final

from payment_gateway.adapters.reading import milliseconds_of
from payment_gateway.adapters.settlements.reading import (
    Cells,
    Form,
    Told,
    amount_in,
    csv_rows,
    instant_in,
    reference_in,
    require,
    sheet_of,
    text_of,
)
from payment_gateway.adapters.zalopay import dialect
from payment_gateway.adapters.zalopay.callback import BANK_CODE
from payment_gateway.domain.statements import RowFault, Sheet

_SUCCESS: Final = "1"


def read(raw: bytes, day_on: date) -> Sheet:
    """Return what ZaloPay says of ``day_on``; raise StatementUnusableError."""
    return sheet_of(csv_rows(text_of(raw)), _FORM, day_on)


def _row(cells: Cells) -> Told:
    require(cells["status"] == _SUCCESS, RowFault.STATUS)
    return Told(
        channel_reference=reference_in(cells["zp_trans_id"]),
        reference=dialect.reference_of(cells["app_trans_id"]),
        amount_vnd=amount_in(cells["amount"]),
        bank_code=BANK_CODE,
        booked_at=instant_in(milliseconds_of(cells["server_time"])),
    )


_FORM: Final = Form(
    head=("app_trans_id", "zp_trans_id", "amount", "server_time", "status"),
    total_word="TOTAL",
    reference_column="zp_trans_id",
    read_row=_row,
)

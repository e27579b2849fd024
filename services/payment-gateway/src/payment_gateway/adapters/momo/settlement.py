"""MoMo's settlement file: CSV. Pure. The form is (to confirm)."""

from datetime import date
from typing import Final

from payment_gateway.adapters.momo.callback import BANK_CODE
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
from payment_gateway.domain.statements import RowFault, Sheet

_SUCCESS: Final = "0"


def read(raw: bytes, day_on: date) -> Sheet:
    """Return what MoMo says of ``day_on``; raise StatementUnusableError."""
    return sheet_of(csv_rows(text_of(raw)), _FORM, day_on)


def _row(cells: Cells) -> Told:
    require(cells["resultCode"] == _SUCCESS, RowFault.STATUS)
    return Told(
        channel_reference=reference_in(cells["transId"]),
        reference=cells["orderId"],
        amount_vnd=amount_in(cells["amount"]),
        bank_code=BANK_CODE,
        booked_at=instant_in(milliseconds_of(cells["responseTime"])),
    )


_FORM: Final = Form(
    head=("orderId", "transId", "amount", "payType", "responseTime", "resultCode"),
    total_word="TOTAL",
    reference_column="transId",
    read_row=_row,
)

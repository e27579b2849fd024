"""VNPAY's settlement file: CSV, amounts in hundredths. Pure. The form is (to confirm)."""

from datetime import date
from typing import Final

from payment_gateway.adapters.reading import bank_code_of, wire_time_of
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
from payment_gateway.adapters.vnpay import dialect
from payment_gateway.domain.statements import RowFault, Sheet


def read(raw: bytes, day_on: date) -> Sheet:
    """Return what VNPAY says of ``day_on``; raise StatementUnusableError."""
    return sheet_of(csv_rows(text_of(raw)), _FORM, day_on)


def _row(cells: Cells) -> Told:
    require(cells["vnp_TransactionStatus"] == dialect.SUCCESS, RowFault.STATUS)
    return Told(
        channel_reference=reference_in(cells["vnp_TransactionNo"]),
        reference=cells["vnp_TxnRef"],
        amount_vnd=amount_in(cells["vnp_Amount"], units=dialect.HUNDREDTHS),
        bank_code=bank_code_of(cells["vnp_BankCode"]),
        booked_at=instant_in(wire_time_of(cells["vnp_PayDate"])),
    )


_FORM: Final = Form(
    head=(
        "vnp_TxnRef", "vnp_TransactionNo", "vnp_Amount", "vnp_BankCode", "vnp_PayDate",
        "vnp_TransactionStatus",
    ),
    total_word="TOTAL",
    reference_column="vnp_TransactionNo",
    read_row=_row,
    units=dialect.HUNDREDTHS,
)  # fmt: skip

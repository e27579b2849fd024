"""A bank's statement (sao kê) of one day's transfers: CSV. Pure. The form is ours to ask for."""

from datetime import date, datetime
from typing import Final

from payment_gateway.adapters.reading import bank_code_of
from payment_gateway.adapters.settlements.reading import (
    Cells,
    Form,
    RowFaultError,
    Told,
    amount_in,
    csv_rows,
    instant_in,
    reference_in,
    require,
    sheet_of,
    text_of,
)
from payment_gateway.domain.monies import CreditedAccount
from payment_gateway.domain.references import read_reference
from payment_gateway.domain.statements import RowFault, Sheet


def read(raw: bytes, day_on: date) -> Sheet:
    """Return what a bank says of ``day_on``; raise StatementUnusableError.

    The payers' own words may begin with any sign: they are searched for our reference, and go
    nowhere else.
    """
    return sheet_of(csv_rows(text_of(raw)), _FORM, day_on)


def _row(cells: Cells) -> Told:
    require(cells["currency"] == "VND", RowFault.CURRENCY)
    account = CreditedAccount(cells["bin"], cells["account"]) if cells["account"] else None
    return Told(
        channel_reference=reference_in(cells["bank_reference"]),
        reference=read_reference(cells["content"]) or "",
        amount_vnd=amount_in(cells["amount_vnd"]),
        bank_code=bank_code_of(cells["payer_bin"]),
        booked_at=_instant(cells["booked_at"]),
        account=account,
    )


def _instant(text: str) -> datetime:
    try:
        return instant_in(datetime.fromisoformat(text))
    except ValueError:
        raise RowFaultError(RowFault.TIME) from None


_FORM: Final = Form(
    head=(
        "bank_reference", "booked_at", "amount_vnd", "currency", "bin", "account", "payer_bin",
        "content",
    ),
    total_word="TOTAL",
    reference_column="bank_reference",
    read_row=_row,
    free_text=frozenset({"content"}),
)  # fmt: skip

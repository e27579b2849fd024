"""Which receipts a settled payment needs, and what each of them says."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from receipt.domain.errors import TooManyLinesError
from receipt.domain.series import SeriesKey
from receipt.domain.symbols import Symbols
from receipt.domain.words import amount_in_words
from shared.contracts.envelope import Cause
from shared.contracts.parts import FeeKind, Line
from shared.contracts.payment import PaymentSettled
from shared.contracts.receipt import ReceiptIssued, ReplacedReceipt

TEMPLATE_VERSION: Final = 3
"""Which template prints a receipt issued now; an older receipt keeps its own."""

MOST_LINES: Final = 500
"""What one receipt prints within the limits of its child; the province's door takes 50."""


@dataclass(frozen=True)
class Settled:
    """A payment that is in, and why we hear of it."""

    payment: PaymentSettled
    cause: Cause
    agency: str
    """Code of the receiving agency."""


@dataclass(frozen=True)
class Due:
    """One receipt that a payment needs: its lines of one kind."""

    settled: Settled
    kind: FeeKind
    lines: tuple[Line, ...]
    replaces: UUID | None = None
    replaced: ReplacedReceipt | None = None
    """What is printed of ``replaces``."""

    @property
    def natural_key(self) -> tuple[UUID, FeeKind]:
        """Return what makes this receipt happen once, for ever."""
        return self.settled.payment.payment_id, self.kind

    @property
    def total_vnd(self) -> int:
        """Return the sum of its lines."""
        return sum(line.amount_vnd for line in self.lines)

    @property
    def tax_code(self) -> str:
        """Return the collector's tax code; with symbols and year it names the series."""
        return self.settled.payment.payee.tax_code


@dataclass(frozen=True)
class Numbered:
    """The place that a series gave to a receipt."""

    receipt_id: UUID
    series_id: UUID
    symbols: Symbols
    number: int
    issued_at: datetime


def receipts_due(settled: Settled) -> Iterator[Due]:
    """Yield one receipt per kind of the payment's lines, phí first; exempt lines need none.

    Raises TooManyLinesError: such a payment waits in sight before it has a number.
    """
    for kind in FeeKind:
        lines = tuple(
            line for line in settled.payment.lines if line.kind is kind and line.amount_vnd
        )
        if len(lines) > MOST_LINES:
            raise TooManyLinesError(len(lines), MOST_LINES)
        if lines:
            yield Due(settled, kind, lines)


def series_key(due: Due, year: int) -> SeriesKey:
    """Return the series of a receipt issued in ``year``, by Vietnam's calendar."""
    return SeriesKey(year, due.tax_code, due.kind)


def check_url(receipt_url: str, *, tax_code: str, symbols: Symbols, number: int) -> str:
    """Return the public check page of a receipt: what its QR holds. No capability."""
    place = f"{tax_code}/{symbols.form_symbol}/{symbols.serial_symbol}/{number}"
    return f"{receipt_url}/xac-minh/{place}"


def issued_fact(due: Due, place: Numbered, *, receipt_url: str) -> ReceiptIssued:
    """Return the fact of an issued receipt: all that is printed, except the payer."""
    payment = due.settled.payment
    return ReceiptIssued(
        dossier_code=payment.dossier_code,
        receipt_id=place.receipt_id,
        payment_id=payment.payment_id,
        kind=due.kind,
        context=payment.context,
        issuer=payment.payee,
        series_id=place.series_id,
        form_symbol=place.symbols.form_symbol,
        serial_symbol=place.symbols.serial_symbol,
        number=place.number,
        monies=payment.monies,
        check_url=check_url(
            receipt_url, tax_code=due.tax_code, symbols=place.symbols, number=place.number
        ),
        lines=due.lines,
        total_vnd=due.total_vnd,
        total_in_words=amount_in_words(due.total_vnd),
        issued_at=place.issued_at,
        paid_at=payment.paid_at,
        method=payment.method,
        template_version=TEMPLATE_VERSION,
        replaces=due.replaces,
        replaced=due.replaced,
    )

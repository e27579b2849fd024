"""How every settlement file is read, strictly: rows that do not fit are set apart. Pure.

A channel's ``settlement.py`` names its columns and reads one row; all the rest is here.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from payment_gateway.adapters.reading import amount_of
from payment_gateway.domain.monies import CreditedAccount, channel_reference
from payment_gateway.domain.statements import (
    FileFault,
    KeptRow,
    RowFault,
    Sheet,
    StatementLine,
    StatementUnusableError,
)
from shared.days import vietnam_day

MAX_BYTES: Final = 16 * 1024 * 1024
MAX_LINES: Final = 100_000
_MAX_RAW: Final = 2000
_MAX_REFERENCE: Final = 255
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_SIGNED: Final = re.compile(r"[+-][0-9]+")

Cells = Mapping[str, str]
Rows = Iterator[Sequence[str]]


class RowFaultError(ValueError):
    """One row does not follow the form."""

    def __init__(self, fault: RowFault, *, debit_vnd: int | None = None) -> None:
        super().__init__(fault)
        self.fault = fault
        self.debit_vnd = debit_vnd
        """What left the account."""


@dataclass(frozen=True)
class Told:
    """What one row says, before it is known to be of the day."""

    channel_reference: str
    reference: str
    amount_vnd: int
    bank_code: str | None
    booked_at: datetime
    account: CreditedAccount | None = None


@dataclass(frozen=True)
class Form:
    """A channel's form: its columns, the word of the last line, and how a row is read."""

    head: tuple[str, ...]
    total_word: str
    reference_column: str
    read_row: Callable[[Cells], Told]
    free_text: frozenset[str] = frozenset()
    """Columns in payers' own words: they may begin with any sign, and are never exported."""
    units: int = 1
    """Units of the file's last line in one đồng."""


def text_of(raw: bytes) -> str:
    """Return a file's text; a mark of its byte order is dropped. Raises StatementUnusableError."""
    if len(raw) > MAX_BYTES:
        raise StatementUnusableError(FileFault.TOO_LARGE)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise StatementUnusableError(FileFault.ENCODING) from None


def csv_rows(text: str) -> Rows:
    """Yield the rows of a CSV file. Raises StatementUnusableError where it is none."""
    try:
        yield from csv.reader(io.StringIO(text, newline=""), strict=True)
    except csv.Error:
        raise StatementUnusableError(FileFault.BROKEN) from None


def sheet_of(rows: Rows, form: Form, day_on: date) -> Sheet:
    """Return what is read of ``rows``: each between head and totals is a line, or set apart.

    Raises StatementUnusableError where the file as a whole is not what the channel closed with
    its totals.
    """
    if tuple(next(rows, ())) != form.head:
        raise StatementUnusableError(FileFault.HEAD)
    lines: list[StatementLine] = []
    kept: list[KeptRow] = []
    totals: Sequence[str] | None = None
    for number, row in enumerate(rows, start=1):
        if totals is not None or number > MAX_LINES + 1:
            raise StatementUnusableError(
                FileFault.BROKEN if totals is not None else FileFault.TOO_MANY_LINES
            )
        if row and row[0] == form.total_word:
            totals = row
            continue
        try:
            lines.append(_line(number, row, form, day_on))
        except RowFaultError as error:
            kept.append(_kept(number, row, form, error))
    sheet = Sheet(tuple(lines), tuple(kept))
    _check(sheet, totals, form)
    return sheet


def amount_in(text: str, *, units: int = 1) -> int:
    """Return an amount in đồng; raise RowFaultError where it is none, or money that left."""
    left = amount_of(text[1:]) if text.startswith("-") else None
    if left is not None and not left % units:
        raise RowFaultError(RowFault.DEBIT, debit_vnd=left // units)
    amount = amount_of(text)
    if amount is None or amount % units:
        raise RowFaultError(RowFault.AMOUNT)
    return amount // units


def instant_in(found: datetime | None) -> datetime:
    """Return an instant; raise RowFaultError where there is none."""
    if found is None or found.tzinfo is None:
        raise RowFaultError(RowFault.TIME)
    return found.astimezone(UTC)


def reference_in(text: str) -> str:
    """Return a channel's reference as money is known by it; raise RowFaultError for none."""
    if not text or len(text) > _MAX_REFERENCE or not text.isprintable():
        raise RowFaultError(RowFault.REFERENCE)
    return channel_reference(text)


def require(holds: object, otherwise: RowFault) -> None:
    """Raise RowFaultError unless a row is as it should be."""
    if not holds:
        raise RowFaultError(otherwise)


def _line(number: int, row: Sequence[str], form: Form, day_on: date) -> StatementLine:
    require(len(row) == len(form.head), RowFault.CELLS)
    cells = dict(zip(form.head, row, strict=True))
    for column, cell in cells.items():
        if column not in form.free_text:
            require(not _is_formula(cell), RowFault.FORMULA)
            require(cell.isprintable(), RowFault.CONTROL)
    told = form.read_row(cells)
    require(vietnam_day(told.booked_at) == day_on, RowFault.OTHER_DAY)
    return StatementLine(line_no=number, **vars(told))


def _is_formula(cell: str) -> bool:
    return cell.startswith(_FORMULA) and _SIGNED.fullmatch(cell) is None


def _kept(number: int, row: Sequence[str], form: Form, error: RowFaultError) -> KeptRow:
    cells = dict(zip(form.head, row, strict=False))
    named = cells.get(form.reference_column, "")
    plain = named if named and len(named) <= _MAX_REFERENCE and named.isprintable() else None
    raw = "|".join(row).replace("\0", "\N{REPLACEMENT CHARACTER}")[:_MAX_RAW]
    reference = channel_reference(plain) if plain else None
    return KeptRow(number, error.fault, raw, reference, error.debit_vnd)


def _check(sheet: Sheet, totals: Sequence[str] | None, form: Form) -> None:
    if totals is None:
        raise StatementUnusableError(FileFault.TOTALS_MISSING)
    count, summed = len(sheet.lines) + len(sheet.kept), sheet.sum_vnd * form.units
    agrees = len(totals) == 3 and totals[1] == str(count)  # noqa: PLR2004 - word, count and sum
    if not agrees or (not sheet.kept and totals[2] != str(summed)):
        raise StatementUnusableError(FileFault.TOTALS_DIFFER)
    if not sheet.lines and any(row.fault is RowFault.OTHER_DAY for row in sheet.kept):
        raise StatementUnusableError(FileFault.OTHER_DAY)

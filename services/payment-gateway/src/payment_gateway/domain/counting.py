"""Cash as people type it: amounts, counts by denomination, what a payer hands over."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID

from payment_gateway.domain.payables import Payable
from shared.errors import DomainError, Kind

SHORTEST_NOTE: Final = 3
LONGEST_NOTE: Final = 300
_MOST_VND: Final = 10**11
"""More than a drawer holds: a slip of the finger, not an amount."""
_MOST_NOTES: Final = 100_000
_NUMBER: Final = re.compile(r"[0-9]{1,15}")


DENOMINATIONS: Final = (
    500_000, 200_000, 100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200,
)  # fmt: skip
"""Notes and coins of the State Bank in circulation (mệnh giá), the largest first."""


class Wrong(StrEnum):
    """What may be wrong with one field; the pages have the words."""

    NOT_AN_AMOUNT = "not_an_amount"
    NOT_A_COUNT = "not_a_count"
    NOTHING_TYPED = "nothing_typed"
    NOTHING_COUNTED = "nothing_counted"
    TOTAL_DIFFERS = "total_differs"
    WHY_MORE = "why_more"
    WHY_LESS = "why_less"
    NOTE_TOO_LONG = "note_too_long"
    TOO_LITTLE_GIVEN = "too_little_given"
    MORE_THAN_DUE = "more_than_due"
    NOT_ABOVE_ZERO = "not_above_zero"


class BadCashError(DomainError):
    """What was typed about cash cannot be, field by field of the form."""

    kind = Kind.INVALID
    code = "cash-not-right"
    title = "Số tiền chưa đúng"

    def __init__(self, fields: Mapping[str, Wrong], amount_vnd: int = 0) -> None:
        super().__init__(", ".join(f"{name}: {wrong}" for name, wrong in sorted(fields.items())))
        self.fields = fields
        self.amount_vnd = amount_vnd
        """The amount that the words name."""


@dataclass(frozen=True)
class Counted:
    """What was counted, note by note where it was, and the reason of a difference."""

    total_vnd: int
    counts: Mapping[int, int] = field(default_factory=dict)
    note: str | None = None


@dataclass(frozen=True)
class Handed:
    """What a payer put on the desk; ``key`` is the form's: sent twice it is taken once."""

    key: UUID
    amount_vnd: int
    given_vnd: int

    @property
    def change_vnd(self) -> int:
        """Return what goes back (tiền thừa trả lại)."""
        return self.given_vnd - self.amount_vnd


def parse_vnd(text: str) -> int | None:
    """Return an amount as people type it (``135.000``, ``135 000 đ``); None for what is none."""
    plain = unicodedata.normalize("NFKC", text).strip().removesuffix("₫").removesuffix("đ")
    digits = re.sub(r"[\s.,]", "", plain)
    if not (digits.isascii() and _NUMBER.fullmatch(digits)):
        return None
    amount_vnd = int(digits)
    return amount_vnd if amount_vnd <= _MOST_VND else None


def read_count(counts: Mapping[int, str], total: str, note: str) -> Counted:
    """Return a count by denomination, or its total; raise BadCashError with words per field."""
    wrong: dict[str, Wrong] = {}
    notes = _read_notes(counts, wrong)
    by_notes = sum(value * number for value, number in notes.items())
    typed = parse_vnd(total)
    if total.strip() and typed is None:
        wrong["tong"] = Wrong.NOT_AN_AMOUNT
    elif typed is None and not notes and not wrong:
        wrong["tong"] = Wrong.NOTHING_COUNTED
    elif typed is not None and notes and typed != by_notes:
        wrong["tong"] = Wrong.TOTAL_DIFFERS
    if len(note.strip()) > LONGEST_NOTE:
        wrong["ly_do"] = Wrong.NOTE_TOO_LONG
    if wrong:
        raise BadCashError(wrong, by_notes)
    return Counted(by_notes if typed is None else typed, notes, note.strip() or None)


def _read_notes(counts: Mapping[int, str], wrong: dict[str, Wrong]) -> dict[int, int]:
    notes: dict[int, int] = {}
    for value, text in counts.items():
        number = _read_number(text.strip())
        if number is None or number > _MOST_NOTES:
            wrong[f"to_{value}"] = Wrong.NOT_A_COUNT
        elif number:
            notes[value] = number
    return notes


def _read_number(text: str) -> int | None:
    """Return how many notes were counted: digits alone, nothing is none of them."""
    plain = unicodedata.normalize("NFKC", text)
    if not plain:
        return 0
    return int(plain) if plain.isascii() and _NUMBER.fullmatch(plain) else None


def require_reason(expected_vnd: int, counted: Counted) -> None:
    """Raise BadCashError if the count differs from the books without a reason."""
    difference = counted.total_vnd - expected_vnd
    if difference == 0 or len(counted.note or "") >= SHORTEST_NOTE:
        return
    wrong = Wrong.WHY_MORE if difference > 0 else Wrong.WHY_LESS
    raise BadCashError({"ly_do": wrong}, abs(difference))


def read_handed(key: UUID, amount: str, given: str) -> Handed:
    """Return what a payer gives, from the form; nothing given means the exact amount."""
    wrong: dict[str, Wrong] = {}
    taken = parse_vnd(amount)
    put = parse_vnd(given) if given.strip() else taken
    if taken is None:
        wrong["so_tien"] = Wrong.NOT_AN_AMOUNT if amount.strip() else Wrong.NOTHING_TYPED
    elif taken == 0:
        wrong["so_tien"] = Wrong.NOT_ABOVE_ZERO
    if put is None and given.strip():
        wrong["dua"] = Wrong.NOT_AN_AMOUNT
    elif put is not None and taken is not None and put < taken:
        wrong["dua"] = Wrong.TOO_LITTLE_GIVEN
    if wrong or taken is None or put is None:
        raise BadCashError(wrong)
    return Handed(key, taken, put)


def require_due(handed: Handed, payable: Payable) -> None:
    """Raise BadCashError if more is taken than is due: change goes back at once."""
    if handed.amount_vnd > payable.remaining_vnd:
        raise BadCashError({"so_tien": Wrong.MORE_THAN_DUE}, payable.remaining_vnd)

"""Where a receipt stands: collector, form, serial and number, read tolerantly from what is typed.

Grammars are dated data (domain.md 6): receipts made before 01/07/2026 must still be asked for.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

_TAX_CODE: Final = re.compile(r"\d{10}(-\d{3})?|\d{12,13}", re.ASCII)
_NUMBER: Final = re.compile(r"0{0,9}([1-9][0-9]{0,7})", re.ASCII)
_DASHES: Final = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣－/", "-"))  # noqa: RUF001 -- the dashes that word processors make
_IGNORED: Final = re.compile(
    "[\\s\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"  # What chats and PDFs hide.
)
_MAX_TYPED: Final = 60


class PlaceField(StrEnum):
    """What a place is made of, as the form names it."""

    TAX_CODE = "mst"
    FORM_SYMBOL = "mau"
    SERIAL_SYMBOL = "ky_hieu"
    NUMBER = "so"


@dataclass(frozen=True)
class Place:
    """The symbols and the number of a receipt, as they are printed."""

    tax_code: str
    form_symbol: str
    serial_symbol: str
    number: int

    @property
    def path(self) -> str:
        """Return the address of its public check page, which its QR holds."""
        symbols = f"{self.tax_code}/{self.form_symbol}/{self.serial_symbol}"
        return f"/xac-minh/{symbols}/{self.number}"


@dataclass(frozen=True)
class Grammar:
    """How symbols were written from ``valid_from`` to ``valid_to``, both included."""

    valid_from: date
    valid_to: date | None
    form_symbol: re.Pattern[str]
    serial_symbol: re.Pattern[str]
    largest_number: int


GRAMMARS: Final = (
    # NĐ 254/2026 Điều 23.2b-c, TT 91/2026 Điều 19: EBL01 or EBL02; YY, T and two of twenty letters.
    Grammar(
        valid_from=date(2026, 7, 1),
        valid_to=None,
        form_symbol=re.compile(r"EBL0[12]", re.ASCII),
        serial_symbol=re.compile(r"\d{2}T[ABCDEGHKLMNPQRSTUVXY]{2}", re.ASCII),
        largest_number=99_999_999,
    ),
    # TT 303/2016, then NĐ 123/2020 Điều 32: 01BLP0-001; AA-22E, also written AA/22E; seven digits.
    Grammar(
        valid_from=date(2017, 1, 1),
        valid_to=date(2026, 6, 30),
        form_symbol=re.compile(r"0[12]BLP\d-\d{3}", re.ASCII),
        serial_symbol=re.compile(r"[A-Z]{2}-\d{2}[EPT]", re.ASCII),
        largest_number=9_999_999,
    ),
)


def read_place(
    tax_code: str, form_symbol: str, serial_symbol: str, number: str
) -> Place | frozenset[PlaceField]:
    """Return the place that was typed, or the fields in which no receipt's can be read.

    Accepts lower case, full-width letters, any dash, ``/`` for ``-``, spaces and leading zeros.
    The number is read by the grammar of its form and serial.
    """
    taxpayer, form, serial, digits = map(_plain, (tax_code, form_symbol, serial_symbol, number))
    grammar = next((each for each in GRAMMARS if each.form_symbol.fullmatch(form)), None)
    numbered = _NUMBER.fullmatch(digits)
    value = int(numbered.group(1)) if numbered else 0
    wrong = {
        PlaceField.TAX_CODE: not _TAX_CODE.fullmatch(taxpayer),
        PlaceField.FORM_SYMBOL: grammar is None,
        PlaceField.SERIAL_SYMBOL: not _is_serial(serial, grammar),
        PlaceField.NUMBER: not 1 <= value <= _largest(grammar),
    }
    if any(wrong.values()):
        return frozenset(field for field, is_wrong in wrong.items() if is_wrong)
    return Place(taxpayer, form, serial, value)


def _is_serial(serial: str, grammar: Grammar | None) -> bool:
    """Tell whether ``serial`` is one of its form's; of any form where that is not known."""
    grammars = GRAMMARS if grammar is None else (grammar,)
    return any(each.serial_symbol.fullmatch(serial) for each in grammars)


def _largest(grammar: Grammar | None) -> int:
    return max(each.largest_number for each in (GRAMMARS if grammar is None else (grammar,)))


def _plain(text: str) -> str:
    composed = unicodedata.normalize("NFKC", text[:_MAX_TYPED].translate(_DASHES))
    return _IGNORED.sub("", composed.translate(_DASHES)).upper()

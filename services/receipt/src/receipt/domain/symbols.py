"""Form symbol and serial symbol (ký hiệu mẫu, ký hiệu biên lai): dated data, not constants."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from receipt.domain.errors import BadSymbolsError, FaceValueError, NoSymbolsError
from shared.contracts.parts import FeeKind


@dataclass(frozen=True)
class Symbols:
    """What is printed above a number."""

    form_symbol: str
    serial_symbol: str


@dataclass(frozen=True)
class SymbolRule:
    """How symbols are made from ``valid_from`` on."""

    valid_from: date
    form_symbol: str
    """The one that the rule takes."""
    forms: tuple[str, ...]
    """Those that a collector may use here."""
    valued_forms: tuple[str, ...]
    """Those with a pre-printed face value (mệnh giá): lawful, and not numbered here."""
    letters: str
    """Of which the two letters of a serial are."""
    serial_endings: Mapping[FeeKind, str]
    """Two letters per kind; the year's two digits and ``T`` stand before them."""
    largest_number: int


RULES: Final = (
    # NĐ 254/2026 Điều 23.2b-c and TT 91/2026 Điều 19: EBL01 without a pre-printed value, EBL02
    # with one; serial YY + T + two letters, at most eight digits, from 1 on 1 January to
    # 31 December.
    SymbolRule(
        valid_from=date(2026, 7, 1),
        form_symbol="EBL01",
        forms=("EBL01",),
        valued_forms=("EBL02",),
        letters="ABCDEGHKLMNPQRSTUVXY",
        serial_endings={FeeKind.PHI: "AA", FeeKind.LE_PHI: "AB"},
        largest_number=99_999_999,
    ),
)


def symbols_of(kind: FeeKind, day: date) -> Symbols:
    """Return the symbols of a receipt issued on ``day``; raise NoSymbolsError before any rule."""
    return with_ending(kind, day, rule_on(day).serial_endings[kind])


def with_ending(
    kind: FeeKind, day: date, ending: str, *, form_symbol: str | None = None
) -> Symbols:
    """Return the symbols of a year's series whose serial ends with ``ending``.

    Raises BadSymbolsError for letters or a form that the rule of ``day`` does not know, and
    FaceValueError for a form with a face value: each value needs a counter of its own, and one
    series per kind is what numbers are drawn from (ADR 18).
    """
    rule = rule_on(day)
    form = form_symbol or rule.form_symbol
    if form in rule.valued_forms:
        raise FaceValueError(form, ending)
    if form not in rule.forms or len(ending) != len(rule.serial_endings[kind]):
        raise BadSymbolsError(form, ending)
    if not set(ending) <= set(rule.letters):
        raise BadSymbolsError(form, ending)
    return Symbols(form_symbol=form, serial_symbol=f"{day:%y}T{ending}")


def largest_number(day: date) -> int:
    """Return the last number that the rule of ``day`` allows."""
    return rule_on(day).largest_number


def rule_on(day: date) -> SymbolRule:
    """Return the rule in force on ``day``; raise NoSymbolsError before any."""
    in_force = [rule for rule in RULES if rule.valid_from <= day]
    if not in_force:
        raise NoSymbolsError(day)
    return max(in_force, key=lambda rule: rule.valid_from)

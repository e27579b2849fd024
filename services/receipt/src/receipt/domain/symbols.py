"""Form symbol and serial symbol (ký hiệu mẫu, ký hiệu biên lai): dated data, not constants."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from receipt.domain.errors import NoSymbolsError, SeriesFullError
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
    serial_endings: Mapping[FeeKind, str]
    """Two letters per kind; the year's two digits and ``T`` stand before them."""
    largest_number: int


RULES: Final = (
    # NĐ 254/2026 Điều 23.2b-c and TT 91/2026 Điều 19: EBL01 without a pre-printed value, serial
    # YY + T + two letters, at most eight digits, from 1 on 1 January to 31 December.
    SymbolRule(
        valid_from=date(2026, 7, 1),
        form_symbol="EBL01",
        serial_endings={FeeKind.PHI: "AA", FeeKind.LE_PHI: "AB"},
        largest_number=99_999_999,
    ),
)


def symbols_of(kind: FeeKind, day: date) -> Symbols:
    """Return the symbols of a receipt issued on ``day``; raise NoSymbolsError before any rule."""
    rule = _rule_on(day)
    serial = f"{day:%y}T{rule.serial_endings[kind]}"
    return Symbols(form_symbol=rule.form_symbol, serial_symbol=serial)


def refuse_full_series(last_number: int, symbols: Symbols, day: date) -> None:
    """Raise SeriesFullError if ``last_number`` is more than the rule of ``day`` allows."""
    if last_number > _rule_on(day).largest_number:
        raise SeriesFullError(symbols.serial_symbol)


def _rule_on(day: date) -> SymbolRule:
    in_force = [rule for rule in RULES if rule.valid_from <= day]
    if not in_force:
        raise NoSymbolsError(day)
    return max(in_force, key=lambda rule: rule.valid_from)

"""What may not be said of a tariff: every fault with the field it stands in.

Fields are named as the columns of the published list are; a form and a file share them.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from fee.domain.tariff import Tariff, TariffInvalidError
from shared.contracts.fee import TariffRule, TariffUnit
from shared.contracts.parts import FeeKind

MAX_AMOUNT_VND: Final = 10_000_000_000
"""Above every fee in force; times any quantity it stays an amount that we can say."""
FIRST_DAY: Final = date(2017, 1, 1)
"""Luật Phí và lệ phí 97/2015/QH13 is in force from here on (Điều 24)."""
LAST_DAY: Final = date(2099, 12, 31)


class FaultCode(StrEnum):
    """What is wrong with a field, a row or a file."""

    REQUIRED = "required"
    CODE = "code"
    CHOICE = "choice"
    SERVICE_PRICE = "service_price"
    NUMBER = "number"
    DATE = "date"
    TOO_LONG = "too_long"
    CHARACTERS = "characters"
    FORMULA = "formula"
    EXTRA_CELLS = "extra_cells"
    AMOUNT_TOO_LARGE = "amount_too_large"
    ZERO_NEEDS_REASON = "zero_needs_reason"
    REASON_NEEDS_ZERO = "reason_needs_zero"
    DAY_OUT_OF_RANGE = "day_out_of_range"
    ENDS_BEFORE_IT_BEGINS = "ends_before_it_begins"
    UNIT_OF_RULE = "unit_of_rule"
    FROM_ONE = "from_one"
    NO_RANGE = "no_range"
    RANGE = "range"
    CODE_TWICE = "code_twice"
    KEY_TWICE = "key_twice"
    KIND_DIFFERS = "kind_differs"
    CODE_KNOWN = "code_known"
    KEY_KNOWN = "key_known"
    PUBLISHED = "published"
    END_ELSEWHERE = "end_elsewhere"
    PAGES_LEFT_OPEN = "pages_left_open"
    NOT_UTF8 = "not_utf8"
    NOT_CSV = "not_csv"
    NO_ROWS = "no_rows"
    TOO_MANY_ROWS = "too_many_rows"
    COLUMN_MISSING = "column_missing"
    COLUMN_UNKNOWN = "column_unknown"
    COLUMN_TWICE = "column_twice"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong; ``field`` is empty where it is the whole."""

    field: str
    code: FaultCode


class TariffFaultError(TariffInvalidError):
    """A tariff cannot be taken in as it stands; ``faults`` say where and why."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(f"{fault.field}: {fault.code}" for fault in faults))
        self.faults = faults


_UNITS: Final[Mapping[TariffRule, frozenset[TariffUnit]]] = {
    TariffRule.FLAT: frozenset({TariffUnit.COPY, TariffUnit.CASE, TariffUnit.DOSSIER}),
    TariffRule.TIER: frozenset({TariffUnit.PAGE}),
    TariffRule.CAP_PER_COPY: frozenset({TariffUnit.COPY}),
    TariffRule.EXTRA_FROM: frozenset({TariffUnit.COPY}),
}


def check(tariff: Tariff) -> tuple[Fault, ...]:
    """Return how ``tariff`` contradicts itself; empty if it does not."""
    return tuple(fault for look in _LOOKS for fault in look(tariff))


def check_together(tariffs: Sequence[Tariff]) -> Mapping[int, tuple[Fault, ...]]:
    """Return, by place in ``tariffs``, which rows contradict an earlier one."""
    found: dict[int, list[Fault]] = defaultdict(list)
    codes: Counter[str] = Counter()
    keys: Counter[tuple[object, ...]] = Counter()
    kinds: dict[str, FeeKind] = {}
    for place, tariff in enumerate(tariffs):
        if codes[tariff.code]:
            found[place].append(Fault("tariff_code", FaultCode.CODE_TWICE))
        if keys[tariff.key]:
            found[place].append(Fault("valid_from", FaultCode.KEY_TWICE))
        if kinds.setdefault(tariff.fee_code, tariff.kind) is not tariff.kind:
            found[place].append(Fault("fee_kind", FaultCode.KIND_DIFFERS))
        codes[tariff.code] += 1
        keys[tariff.key] += 1
    return {place: tuple(faults) for place, faults in found.items()}


def check_all(tariffs: Sequence[Tariff]) -> None:
    """Raise TariffInvalidError where a code stands twice, or a row contradicts itself."""
    together = check_together(tariffs)
    for place, tariff in enumerate(tariffs):
        for fault in (*check(tariff), *together.get(place, ())):
            raise TariffInvalidError(f"{tariff.code}: {fault.field}: {fault.code}")


def pages_left_open(tariffs: Iterable[Tariff]) -> list[Tariff]:
    """Return tiers that, with all others of their key and day, leave a page out or count it twice.

    They would decide nothing, and every dossier that they fit would wait (domain rule 0).
    """
    together: dict[tuple[object, ...], list[Tariff]] = defaultdict(list)
    for tariff in tariffs:
        if tariff.rule is TariffRule.TIER:
            together[tariff.key[:-1]].append(tariff)
    return [each for tiers in together.values() if not _is_whole(tiers) for each in tiers]


def _is_whole(tiers: Sequence[Tariff]) -> bool:
    ordered = sorted(tiers, key=lambda tier: tier.from_quantity)
    expected = 1
    for tier in ordered[:-1]:
        if tier.from_quantity != expected or tier.to_quantity is None:
            return False
        expected = tier.to_quantity + 1
    return ordered[-1].from_quantity == expected and ordered[-1].to_quantity is None


def _amount(tariff: Tariff) -> Iterable[Fault]:
    """Zero is a decision with a recorded reason (Luật 97/2015/QH13 Điều 10), never an amount."""
    if tariff.amount_vnd > MAX_AMOUNT_VND:
        yield Fault("amount_vnd", FaultCode.AMOUNT_TOO_LARGE)
    if tariff.amount_vnd < 0:
        yield Fault("amount_vnd", FaultCode.NUMBER)
    if tariff.amount_vnd == 0 and tariff.exemption_reason_code is None:
        yield Fault("exemption_reason_code", FaultCode.ZERO_NEEDS_REASON)
    if tariff.amount_vnd != 0 and tariff.exemption_reason_code is not None:
        yield Fault("exemption_reason_code", FaultCode.REASON_NEEDS_ZERO)


def _days(tariff: Tariff) -> Iterable[Fault]:
    if not FIRST_DAY <= tariff.valid_from <= LAST_DAY:
        yield Fault("valid_from", FaultCode.DAY_OUT_OF_RANGE)
    if tariff.valid_to is None:
        return
    if tariff.valid_to > LAST_DAY:
        yield Fault("valid_to", FaultCode.DAY_OUT_OF_RANGE)
    if tariff.valid_to < tariff.valid_from:
        yield Fault("valid_to", FaultCode.ENDS_BEFORE_IT_BEGINS)


def _quantities(tariff: Tariff) -> Iterable[Fault]:
    if tariff.unit not in _UNITS[tariff.rule]:
        yield Fault("unit", FaultCode.UNIT_OF_RULE)
    if tariff.from_quantity < 1:
        yield Fault("from_quantity", FaultCode.FROM_ONE)
    elif tariff.rule in {TariffRule.FLAT, TariffRule.CAP_PER_COPY} and tariff.from_quantity != 1:
        yield Fault("from_quantity", FaultCode.NO_RANGE)
    if tariff.to_quantity is None:
        return
    if tariff.rule is not TariffRule.TIER:
        yield Fault("to_quantity", FaultCode.NO_RANGE)
    elif tariff.to_quantity < tariff.from_quantity:
        yield Fault("to_quantity", FaultCode.RANGE)


_LOOKS: Final[tuple[Callable[[Tariff], Iterable[Fault]], ...]] = (_amount, _days, _quantities)

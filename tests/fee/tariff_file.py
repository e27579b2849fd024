"""The published list as the demonstration loads it, and cases made from test data."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

from fee.domain.reckoning import ReckonedLine, reckon
from fee.domain.tariff import Circumstances, Tariff
from fee.schemas.tariff_lines import read_tariffs
from shared.contracts.dossier import FeeLine
from shared.contracts.parts import FeeKind, FilingChannel, Quantities

ROOT: Final = Path(__file__).parents[2]
TARIFFS_FILE: Final = ROOT / "deploy" / "local" / "data" / "tariffs.csv"
TODAY: Final = date(2026, 11, 22)


@lru_cache
def all_tariffs() -> Sequence[Tariff]:
    return tuple(read_tariffs(TARIFFS_FILE.read_bytes()))


@lru_cache
def by_fee_code() -> Mapping[str, Sequence[Tariff]]:
    found: dict[str, list[Tariff]] = defaultdict(list)
    for tariff in all_tariffs():
        found[tariff.fee_code].append(tariff)
    return found


def a_line(
    fee_code: str = "PHI-CHUNGTHUC-BS",
    *,
    copies: int = 1,
    pages: int = 1,
    **stated: str | int | None,
) -> FeeLine:
    kind = FeeKind.LE_PHI if fee_code.startswith("LP-") else FeeKind.PHI
    quantities = Quantities(copies=copies, pages=pages)
    return FeeLine.model_validate(
        {"fee_code": fee_code, "kind": kind, "quantities": quantities, **stated}
    )


def reckoned(
    line: FeeLine,
    *,
    procedure_code: str = "2.000815",
    place: tuple[FilingChannel, str | None] = (FilingChannel.COUNTER, "H34"),
    filed_on: date = TODAY,
    free: bool = False,
) -> ReckonedLine:
    channel, territory_code = place
    case = Circumstances(
        procedure_code, line.variant, channel, territory_code, line.payer_group, filed_on
    )
    return reckon(line, case, by_fee_code().get(line.fee_code, ()), free=free)

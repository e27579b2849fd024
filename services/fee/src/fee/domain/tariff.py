"""Tariffs (mức thu): a dated amount for one kind of case, and which of them fits a line."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.contracts.fee import Certainty, TariffChannel, TariffRule, TariffUnit
from shared.contracts.parts import FeeKind, FilingChannel
from shared.errors import DomainError, Kind
from shared.lifecycle import Lifecycle, Step


class TariffStatus(StrEnum):
    """Where a tariff stands; its dates say when an approved one is in force."""

    DRAFT = "draft"
    APPROVED = "approved"


class TariffTrigger(StrEnum):
    """What happens to a tariff."""

    APPROVE = "approve"


LIFECYCLE: Final = Lifecycle(
    initial=TariffStatus.DRAFT,
    steps=(Step(TariffStatus.DRAFT, TariffTrigger.APPROVE, TariffStatus.APPROVED),),
)


class TariffChangedError(DomainError):
    """A published tariff is never edited: a new amount is a new row with its own dates."""

    kind = Kind.CONFLICT
    code = "tariff-changed"
    title = "Mức thu đã công bố không được sửa"


class TariffInvalidError(DomainError):
    """A row of a tariff file cannot be a tariff."""

    kind = Kind.INVALID
    code = "tariff-invalid"
    title = "Dòng biểu phí chưa đúng"


@dataclass(frozen=True)
class Tariff:
    """One row of the published list; empty key parts hold for any value."""

    id: UUID
    code: str
    fee_code: str
    kind: FeeKind
    fee_name: str
    procedure_code: str | None
    variant: str | None
    variant_name: str | None
    channel: TariffChannel
    territory_code: str | None
    payer_group: str | None
    rule: TariffRule
    from_quantity: int
    to_quantity: int | None
    unit: TariffUnit
    amount_vnd: int
    valid_from: date
    valid_to: date | None
    legal_basis: str
    certainty: Certainty
    exemption_reason_code: str | None

    @property
    def specificity(self) -> tuple[bool, bool, bool, bool, bool]:
        """Return how narrowly the row is keyed, the weightiest part first (domain rule 0)."""
        return (
            self.procedure_code is not None,
            self.variant is not None,
            self.territory_code is not None,
            self.payer_group is not None,
            self.channel is not TariffChannel.BOTH,
        )


@dataclass(frozen=True)
class Circumstances:
    """What chooses among the rows of one fee code."""

    procedure_code: str
    variant: str | None
    channel: FilingChannel
    territory_code: str | None
    payer_group: str | None
    filed_on: date
    """The day of filing decides, never the day of payment."""


@dataclass(frozen=True)
class TariffFilter:
    """What a list of tariffs is narrowed by; None: not at all."""

    words: tuple[str, ...] = ()
    certainty: Certainty | None = None
    in_force_on: date | None = None
    after: str | None = None
    """Code of the last row of the page before."""
    limit: int = 50


def check_all(tariffs: Sequence[Tariff]) -> None:
    """Raise TariffInvalidError where a code stands twice, or a row contradicts itself."""
    codes = Counter(tariff.code for tariff in tariffs)
    twice = [code for code, count in codes.items() if count > 1]
    if twice:
        raise TariffInvalidError(f"{', '.join(twice)}: the code stands twice")
    for tariff in tariffs:
        _check(tariff)


def _check(tariff: Tariff) -> None:
    """Refuse a row that contradicts itself.

    Zero is a decision with a recorded reason (Luật 97/2015/QH13 Điều 10), never an amount.
    """
    zero_without_reason = (tariff.amount_vnd == 0) != (tariff.exemption_reason_code is not None)
    if tariff.amount_vnd < 0 or zero_without_reason:
        raise TariffInvalidError(f"{tariff.code}: zero needs a reason, and only zero has one")
    if tariff.valid_to is not None and tariff.valid_to < tariff.valid_from:
        raise TariffInvalidError(f"{tariff.code}: ends before it begins")
    if tariff.unit not in _UNITS[tariff.rule]:
        raise TariffInvalidError(f"{tariff.code}: {tariff.rule} is not reckoned per {tariff.unit}")
    last = tariff.to_quantity
    if tariff.from_quantity < 1 or (last is not None and last < tariff.from_quantity):
        raise TariffInvalidError(f"{tariff.code}: impossible range of quantities")


_UNITS: Final[dict[TariffRule, frozenset[TariffUnit]]] = {
    TariffRule.FLAT: frozenset({TariffUnit.COPY, TariffUnit.CASE, TariffUnit.DOSSIER}),
    TariffRule.TIER: frozenset({TariffUnit.PAGE}),
    TariffRule.CAP_PER_COPY: frozenset({TariffUnit.COPY}),
    TariffRule.EXTRA_FROM: frozenset({TariffUnit.COPY}),
}


def fits(tariff: Tariff, case: Circumstances) -> bool:
    """Tell whether ``tariff`` is in force on the filing day, each key part equal or general."""
    in_force = tariff.valid_from <= case.filed_on and (
        tariff.valid_to is None or case.filed_on <= tariff.valid_to
    )
    return (
        in_force
        and tariff.procedure_code in {None, case.procedure_code}
        and tariff.variant in {None, case.variant}
        and tariff.territory_code in {None, case.territory_code}
        and tariff.payer_group in {None, case.payer_group}
        and tariff.channel in {TariffChannel.BOTH, TariffChannel(case.channel)}
    )


def most_specific(tariffs: Iterable[Tariff]) -> Sequence[Tariff]:
    """Return the rows that win: the most specific, then the latest; equals count together.

    The order of the key parts is procedure, variant, territory, payer group, channel.
    """
    candidates = sorted(tariffs, key=_rank, reverse=True)
    return [tariff for tariff in candidates if _rank(tariff) == _rank(candidates[0])]


def _rank(tariff: Tariff) -> tuple[tuple[bool, bool, bool, bool, bool], date]:
    return (tariff.specificity, tariff.valid_from)

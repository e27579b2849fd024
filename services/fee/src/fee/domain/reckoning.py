"""Reckoning: from a fee line and the tariffs of its fee code to an amount and its explanation."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from fee.domain.tariff import Circumstances, Tariff, fits, most_specific
from shared.contracts.dossier import FeeLine
from shared.contracts.fee import Certainty, TariffRule, TariffUnit
from shared.contracts.parts import Explanation, FeeKind

FREE_BASIS: Final = "Luật Phí và lệ phí 97/2015/QH13 Điều 10"
"""Who is exempt is named by law; the province states that this dossier's payer is."""
FREE_REASON: Final = "MIEN_THEO_HO_SO"
"""The province files the dossier under "đối tượng miễn phí" (hình thức thu)."""
_KIND_NAMES: Final = {FeeKind.PHI: "Phí", FeeKind.LE_PHI: "Lệ phí"}


class LineOutcome(StrEnum):
    """What one line comes to."""

    DUE = "due"
    EXEMPT = "exempt"
    PENDING = "pending"


@dataclass(frozen=True)
class StepTaken:
    """One product in the sum, with a copy of what the tariff said."""

    tariff_id: UUID
    tariff_code: str
    rule: TariffRule
    unit: TariffUnit
    from_quantity: int
    quantity: int
    unit_vnd: int
    amount_vnd: int
    legal_basis: str
    certainty: Certainty


@dataclass(frozen=True)
class ReckonedLine:
    """A line with its amount; the sum of the steps is the amount unless it was declared."""

    asked: FeeLine
    outcome: LineOutcome
    kind: FeeKind
    name: str
    explanation: Explanation
    amount_vnd: int = 0
    steps: tuple[StepTaken, ...] = ()
    legal_basis: str | None = None
    exemption_reason_code: str | None = None
    variant_name: str | None = None
    uncapped_vnd: int | None = None
    """What one copy would cost without the cap; only where the cap decides."""


def reckon(
    line: FeeLine, case: Circumstances, tariffs: Sequence[Tariff], *, free: bool = False
) -> ReckonedLine:
    """Return what ``line`` costs in ``case`` by ``tariffs``, which are all of its fee code.

    The most specific fitting row decides; a zero row exempts the line for its reason; where the
    fee code has no row at all, a positive declared amount with a legal basis counts as declared;
    else the line is pending and nothing is guessed (domain rule 0). ``free``: the province files
    the dossier as exempt.
    """
    fitting = [tariff for tariff in tariffs if fits(tariff, case)]
    winners = most_specific(t for t in fitting if t.rule in {TariffRule.FLAT, TariffRule.TIER})
    if free and not (winners and winners[0].exemption_reason_code):
        return _freed(line, tariffs)
    if not winners:
        return _without_tariff(line, tariffs)
    if winners[0].rule is TariffRule.FLAT:
        return _flat(line, winners, fitting) if len(winners) == 1 else _pending(line, tariffs)
    return _tiers(line, winners, fitting)


def _flat(line: FeeLine, winners: Sequence[Tariff], fitting: Sequence[Tariff]) -> ReckonedLine:
    tariff = winners[0]
    once = tariff.unit is TariffUnit.DOSSIER
    step = _step(tariff, 1 if once else line.quantities.copies)
    if tariff.amount_vnd == 0:
        return _exempt(line, tariff, (step,))
    extra = _extra(line, fitting)
    if extra:
        return _due(line, tariff, Explanation.WITH_EXTRA, (step, *extra))
    return _due(line, tariff, Explanation.FLAT if once else Explanation.PER_COPY, (step,))


def _tiers(line: FeeLine, winners: Sequence[Tariff], fitting: Sequence[Tariff]) -> ReckonedLine:
    """Reckon per page: copies times the lesser of the tiers' sum and the cap (TT 226/2016 Điều 4).

    Tiers that overlap or leave a page open decide nothing.
    """
    copies, pages = line.quantities.copies, line.quantities.pages
    counted = [(tier, _pages_in(tier, pages)) for tier in _by_quantity(winners)]
    reached = [(tier, count) for tier, count in counted if count]
    all_tiers = all(tier.rule is TariffRule.TIER for tier in winners)
    if not all_tiers or sum(count for _, count in reached) != pages:
        return _pending(line, winners)
    steps = tuple(_step(tier, copies * count) for tier, count in reached)
    per_copy = sum(tier.amount_vnd * count for tier, count in reached)
    if per_copy == 0:
        return _exempt(line, reached[0][0], steps)

    caps = most_specific(t for t in fitting if t.rule is TariffRule.CAP_PER_COPY)
    cap = min(caps, key=lambda tariff: tariff.amount_vnd, default=None)
    extra = _extra(line, fitting)
    if cap is not None and cap.amount_vnd < per_copy:
        steps = (_step(cap, copies), *extra)
        return _due(line, winners[0], Explanation.TIERS_CAPPED, steps, uncapped_vnd=per_copy)
    return _due(line, winners[0], Explanation.TIERS, (*steps, *extra))


def _extra(line: FeeLine, fitting: Sequence[Tariff]) -> tuple[StepTaken, ...]:
    rows = most_specific(t for t in fitting if t.rule is TariffRule.EXTRA_FROM)
    copies = line.quantities.copies
    counted = [(row, max(copies - row.from_quantity + 1, 0)) for row in rows]
    return tuple(_step(row, count) for row, count in counted if count)


def _by_quantity(tiers: Sequence[Tariff]) -> Sequence[Tariff]:
    return sorted(tiers, key=lambda tariff: tariff.from_quantity)


def _pages_in(tier: Tariff, pages: int) -> int:
    last = pages if tier.to_quantity is None else min(pages, tier.to_quantity)
    return max(last - tier.from_quantity + 1, 0)


def _step(tariff: Tariff, quantity: int) -> StepTaken:
    return StepTaken(
        tariff_id=tariff.id,
        tariff_code=tariff.code,
        rule=tariff.rule,
        unit=tariff.unit,
        from_quantity=tariff.from_quantity,
        quantity=quantity,
        unit_vnd=tariff.amount_vnd,
        amount_vnd=tariff.amount_vnd * quantity,
        legal_basis=tariff.legal_basis,
        certainty=tariff.certainty,
    )


def _due(
    line: FeeLine,
    tariff: Tariff,
    explanation: Explanation,
    steps: tuple[StepTaken, ...],
    uncapped_vnd: int | None = None,
) -> ReckonedLine:
    return ReckonedLine(
        asked=line,
        outcome=LineOutcome.DUE,
        kind=tariff.kind,
        name=line.name or tariff.fee_name,
        explanation=explanation,
        amount_vnd=sum(step.amount_vnd for step in steps),
        steps=steps,
        legal_basis="; ".join(dict.fromkeys(step.legal_basis for step in steps)),
        variant_name=tariff.variant_name,
        uncapped_vnd=uncapped_vnd,
    )


def _exempt(line: FeeLine, tariff: Tariff, steps: tuple[StepTaken, ...]) -> ReckonedLine:
    return ReckonedLine(
        asked=line,
        outcome=LineOutcome.EXEMPT,
        kind=tariff.kind,
        name=line.name or tariff.fee_name,
        explanation=Explanation.EXEMPT,
        steps=steps,
        legal_basis=tariff.legal_basis,
        exemption_reason_code=tariff.exemption_reason_code,
        variant_name=tariff.variant_name,
    )


def _freed(line: FeeLine, tariffs: Sequence[Tariff]) -> ReckonedLine:
    return ReckonedLine(
        asked=line,
        outcome=LineOutcome.EXEMPT,
        kind=_kind(line, tariffs),
        name=_name(line, tariffs),
        explanation=Explanation.EXEMPT,
        legal_basis=FREE_BASIS,
        exemption_reason_code=FREE_REASON,
    )


def _without_tariff(line: FeeLine, tariffs: Sequence[Tariff]) -> ReckonedLine:
    """Take a declared amount, only where the fee code has no tariff at all."""
    declared_vnd = line.declared_vnd or 0
    if tariffs or declared_vnd == 0 or line.declared_basis is None:
        return _pending(line, tariffs)
    return ReckonedLine(
        asked=line,
        outcome=LineOutcome.DUE,
        kind=line.kind,
        name=_name(line, tariffs),
        explanation=Explanation.DECLARED,
        amount_vnd=declared_vnd,
        legal_basis=line.declared_basis,
    )


def _pending(line: FeeLine, tariffs: Sequence[Tariff]) -> ReckonedLine:
    return ReckonedLine(
        asked=line,
        outcome=LineOutcome.PENDING,
        kind=_kind(line, tariffs),
        name=_name(line, tariffs),
        explanation=Explanation.NO_TARIFF,
    )


def _kind(line: FeeLine, tariffs: Sequence[Tariff]) -> FeeKind:
    return tariffs[0].kind if tariffs else line.kind


def _name(line: FeeLine, tariffs: Sequence[Tariff]) -> str:
    fallback = f"{_KIND_NAMES[line.kind]} {line.fee_code}"
    return line.name or (tariffs[0].fee_name if tariffs else fallback)

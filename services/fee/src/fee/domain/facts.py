"""What fee says: findings put into the contract's words, and dossiers taken out of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Final
from uuid import UUID

from fee.domain.assessment import AssessmentTrigger, Filing, Finding, circumstances
from fee.domain.reckoning import LineOutcome, ReckonedLine
from shared.contracts.dossier import DossierChanged, DossierReceived, FeeLine
from shared.contracts.envelope import DossierFact
from shared.contracts.fee import FeeAssessed, FeeExempted, FeePending, FeeWithdrawn
from shared.contracts.parts import Exemption, Explanation, Line, PaymentTiming, TariffStep
from shared.days import vietnam_day

LineKey = tuple[str, int]
"""Fee code, and which of the dossier's lines of that code."""

_IDENTITY: Final = frozenset({"type", "dossier_code"})


@dataclass(frozen=True)
class Identity:
    """Which version of which assessment is said."""

    dossier_code: str
    assessment_id: UUID
    version: int


def to_filing(facts: DossierReceived) -> Filing:
    """Return what chooses tariffs among ``facts``; the filing day is Vietnam's."""
    return Filing(
        procedure_code=facts.context.procedure_code,
        payee_known=facts.payee is not None,
        channel=facts.channel,
        territory_code=facts.territory_code,
        filed_on=vietnam_day(facts.submitted_at),
        free=facts.payment_timing is PaymentTiming.FREE,
        status=facts.status,
        paid_elsewhere=facts.paid_elsewhere is not None,
        lines=facts.fee_lines,
    )


def with_change(facts: Mapping[str, Any], change: DossierChanged) -> dict[str, Any]:
    """Return ``facts`` as they are after ``change``."""
    changed = change.model_dump(mode="json", exclude_none=True, exclude={"cleared", *_IDENTITY})
    cleared = set(change.cleared)
    return {name: value for name, value in {**facts, **changed}.items() if name not in cleared}


def kept_lines(
    before: Filing, now: Filing, said: Sequence[ReckonedLine]
) -> dict[int, ReckonedLine]:
    """Return, by place, the lines that stay as they were said: all that decides them is as it was.

    What the province declares beside a tariff decides nothing and is taken over.
    """
    if before.free != now.free or len(before.lines) != len(said):
        return {}
    old = dict(zip(_keys(before.lines), zip(before.lines, said, strict=True), strict=True))
    kept = {}
    for place, (key, line) in enumerate(zip(_keys(now.lines), now.lines, strict=True)):
        if key not in old:
            continue
        asked, found = old[key]
        same_case = circumstances(before, asked) == circumstances(now, line)
        if same_case and _same_line(asked, line, found):
            kept[place] = replace(found, asked=line, name=line.name or found.name)
    return kept


def _same_line(asked: FeeLine, line: FeeLine, found: ReckonedLine) -> bool:
    if found.outcome is LineOutcome.PENDING:
        return False
    if found.explanation is Explanation.DECLARED:
        return asked == line
    declared = {"declared_vnd", "declared_basis", "evidence_ref", "name"}
    return asked.model_dump(exclude=declared) == line.model_dump(exclude=declared)


def _keys(lines: Sequence[FeeLine]) -> list[LineKey]:
    return line_keys([line.fee_code for line in lines])


def to_lines(
    reckoned: Sequence[ReckonedLine], known: Mapping[LineKey, UUID], new_id: Callable[[], UUID]
) -> tuple[Line, ...]:
    """Return the lines as they are said; a line keeps its id through the versions."""
    keys = line_keys([line.asked.fee_code for line in reckoned])
    return tuple(
        _to_line(line, known.get(key) or new_id()) for line, key in zip(reckoned, keys, strict=True)
    )


def line_keys(fee_codes: Sequence[str]) -> list[LineKey]:
    """Return what tells the lines of a dossier apart."""
    counters = {code: count(1) for code in fee_codes}
    return [(code, next(counters[code])) for code in fee_codes]


def to_fact(
    finding: Finding, identity: Identity, facts: DossierReceived, lines: tuple[Line, ...]
) -> DossierFact:
    """Return the fact that says ``finding``; its outcome chooses the class."""
    who: dict[str, Any] = {
        "dossier_code": identity.dossier_code,
        "assessment_id": identity.assessment_id,
        "version": identity.version,
    }
    if finding.end_reason is not None:
        return FeeWithdrawn(**who, reason=finding.end_reason, superseded_by=finding.superseded_by)
    who |= {"context": facts.context, "lines": lines}
    if finding.pending_reason is not None:
        return FeePending(**who, payee=facts.payee, reason_code=finding.pending_reason)
    if finding.trigger is AssessmentTrigger.NOTHING_DUE:
        return FeeExempted(**who)
    return FeeAssessed.model_validate(
        who
        | {
            "payee": facts.payee,
            "total_vnd": finding.total_vnd,
            "filed_on": vietnam_day(facts.submitted_at),
            "due_at": facts.due_at,
        }
    )


def _to_line(line: ReckonedLine, line_id: UUID) -> Line:
    exemption = None
    if line.exemption_reason_code is not None:
        exemption = Exemption(
            reason_code=line.exemption_reason_code, evidence_ref=line.asked.evidence_ref
        )
    return Line(
        line_id=line_id,
        kind=line.kind,
        fee_code=line.asked.fee_code,
        name=line.name,
        quantities=line.asked.quantities,
        steps=tuple(
            TariffStep(
                tariff_id=step.tariff_id,
                quantity=step.quantity,
                unit_vnd=step.unit_vnd,
                amount_vnd=step.amount_vnd,
            )
            for step in line.steps
        ),
        amount_vnd=line.amount_vnd,
        legal_basis=line.legal_basis,
        explanation_code=line.explanation,
        exemption=exemption,
    )

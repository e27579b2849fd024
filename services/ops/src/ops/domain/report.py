"""The whole proof: every invariant checked on one evidence, and how it is told."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from ops.domain import delivery, files, invariants, refunds, replacements
from ops.domain.evidence import Evidence
from ops.domain.findings import Check, Finding

CHECKS: Final[tuple[Callable[[Evidence, Check], Finding], ...]] = (
    invariants.paid_is_receipted,
    refunds.ledger_balances,
    invariants.money_adds_up,
    refunds.refunds_are_single,
    invariants.one_receipt_per_kind,
    invariants.numbers_have_no_gap,
    files.files_are_what_was_said,
    replacements.replaced_keep_their_place,
    delivery.said_is_kept,
    delivery.heard_is_done,
    delivery.order_is_kept,
)


def prove(evidence: Evidence, *, quiet: bool = False) -> list[Finding]:
    """Return one finding per invariant."""
    return [check(evidence, Check(evidence.at, evidence.grace, quiet)) for check in CHECKS]


def holds(findings: Sequence[Finding]) -> bool:
    """Tell whether every invariant holds."""
    return all(finding.holds for finding in findings)


def as_json(findings: Sequence[Finding], *, at: datetime) -> dict[str, Any]:
    """Return the report as it is stored and as ``verify --json`` prints it."""
    return {
        "at": at.isoformat(),
        "holds": holds(findings),
        "invariants": [finding.as_json() for finding in findings],
    }


def as_text(findings: Sequence[Finding]) -> str:
    """Return the report for a terminal: one line per invariant, then what broke it."""
    lines: list[str] = []
    for finding in findings:
        verdict = _verdict(finding)
        counts = " ".join(f"{name}={value}" for name, value in finding.counts.items())
        lines.append(f"{finding.code:<4}{verdict:<8}  {finding.statement}  ({counts})")
        told = finding.as_json()
        lines += [f"      - {_line(violation)}" for violation in told["violations"]]
        hidden = told["violations_total"] - len(told["violations"])
        if hidden:
            lines.append(f"      - … {hidden}")
        if finding.not_run:
            lines.append(f"      chưa kiểm tra: {', '.join(finding.not_run)}")
        if finding.on_its_way:
            oldest = told["oldest_on_its_way_seconds"]
            lines.append(f"      đang trên đường: {len(finding.on_its_way)}, lâu nhất {oldest} s")
    return "\n".join(lines) + "\n"


def _verdict(finding: Finding) -> str:
    """Return one word; what could not be looked at everywhere is never called passed."""
    if not finding.holds:
        return "SAI"
    return "CHƯA ĐỦ" if finding.not_run else "ĐẠT"


def _line(violation: dict[str, Any]) -> str:
    """Return a violation as a line: its code, what it is about, its figures."""
    figures = [
        f"{name}={violation[name]}"
        for name in ("expected", "found", "waiting_seconds")
        if name in violation
    ]
    return " ".join([f"{violation['code']}:", violation["about"], *figures])

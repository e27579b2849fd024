"""Cases (việc cần xử lý): what a person must decide, what they may answer, what the rule proposes.

At most one case about the assessment is open per dossier: a later word of lephi.fee supersedes the
earlier one, because its difference is to what has been paid in all (ADR 14). A reversal by the
bank is a case of its own beside it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from payment_gateway.domain.payables import Payable, Status
from shared.contracts.money import CaseKind, CaseOutcome, RefundReason
from shared.contracts.parts import FeeKind, Line
from shared.lifecycle import Lifecycle, Step


class CaseStatus(StrEnum):
    """Whether a case waits for a person."""

    OPEN = "open"
    CLOSED = "closed"


class CaseTrigger(StrEnum):
    """What ends a case."""

    DECIDE = "decide"
    SUPERSEDE = "supersede"
    """lephi.fee said something newer: it is answered by the next case, or by itself."""


LIFECYCLE: Final = Lifecycle(
    initial=CaseStatus.OPEN,
    steps=(
        Step(CaseStatus.OPEN, CaseTrigger.DECIDE, CaseStatus.CLOSED),
        Step(CaseStatus.OPEN, CaseTrigger.SUPERSEDE, CaseStatus.CLOSED),
        # No step leads out of CLOSED: what is decided otherwise later is a new case.
    ),
)

ABOUT_ASSESSMENT: Final = (
    CaseKind.ASSESSED_MORE,
    CaseKind.ASSESSED_LESS,
    CaseKind.WITHDRAWN_PAID,
)

ANSWERS: Final[Mapping[CaseKind, tuple[CaseOutcome, ...]]] = {
    CaseKind.ASSESSED_MORE: (CaseOutcome.SUPPLEMENT, CaseOutcome.WAIVED),
    CaseKind.ASSESSED_LESS: (CaseOutcome.REFUND, CaseOutcome.SUPPLEMENT, CaseOutcome.KEPT),
    CaseKind.WITHDRAWN_PAID: (CaseOutcome.REFUND, CaseOutcome.KEPT),
    CaseKind.MONEY_REVERSED: (CaseOutcome.SUPPLEMENT, CaseOutcome.KEPT, CaseOutcome.WRITTEN_OFF),
}
"""What a person may answer; the first one is proposed, unless ``proposed`` knows better."""

_CLOSED_ANSWERS: Final = {CaseOutcome.WAIVED, CaseOutcome.KEPT}
"""Answers that hold as long as nothing else is said: the same difference asks nobody again."""


@dataclass(frozen=True)
class Case:
    """One case as it stands."""

    id: UUID
    kind: CaseKind
    payable_id: UUID
    version: int
    difference_vnd: int
    due_lines: tuple[Line, ...]
    """What lephi.fee says is due in all; empty where nothing is due any more."""
    refund_reason: RefundReason | None
    """Why money would go back, as the law calls it."""
    money_id: UUID | None
    """The money that its bank took back."""
    status: CaseStatus
    outcome: CaseOutcome | None
    opened_at: datetime

    @property
    def proposed(self) -> CaseOutcome:
        """Return the act that the rule proposes.

        No general rule gives a fee back when a dossier stops (it is decided fee by fee): that is
        proposed only where the dossier was not accepted at all.
        """
        if self.kind is CaseKind.WITHDRAWN_PAID:
            refused = self.refund_reason is RefundReason.NOT_ACCEPTED
            return CaseOutcome.REFUND if refused else CaseOutcome.KEPT
        return ANSWERS[self.kind][0]

    def asks_the_same(self, kind: CaseKind, difference_vnd: int, due: Sequence[Line]) -> bool:
        """Tell whether a person has this question before them, or answered it for good."""
        still = self.status is CaseStatus.OPEN or self.outcome in _CLOSED_ANSWERS
        same = (self.kind, self.difference_vnd) == (kind, difference_vnd)
        return still and same and _by_fee(self.due_lines) == _by_fee(due)


def needs_second_person(outcome: CaseOutcome) -> bool:
    """Tell whether a supervisor must approve: a refund has its own approval before it is paid."""
    return outcome is not CaseOutcome.REFUND


@dataclass(frozen=True)
class Paid:
    """What was paid for one payable and has not gone back."""

    payable: Payable
    lines: tuple[Line, ...]
    """Lines with what is left of them."""


@dataclass(frozen=True)
class Change:
    """How what is due differs from what was paid; within one kind, more and less are set off."""

    more: tuple[Line, ...]
    less: Mapping[UUID, Mapping[UUID, int]]
    """By payable: line → đồng that are too much."""

    @property
    def more_vnd(self) -> int:
        """Return what is to be paid besides."""
        return sum(line.amount_vnd for line in self.more)

    @property
    def less_vnd(self) -> int:
        """Return what was paid too much."""
        return sum(sum(amounts.values()) for amounts in self.less.values())


def standing(payables: Sequence[Payable]) -> list[Payable]:
    """Return the payables whose money is in, the newest first."""
    paid = [p for p in payables if p.is_paid or p.status is Status.DISPUTED]
    return sorted(paid, key=lambda each: each.supplement_no, reverse=True)


def left_of(payable: Payable, taken: Mapping[UUID, int]) -> Paid:
    """Return what of ``payable`` has not gone back and is not on its way; ``taken`` by line."""
    kept = (
        line.model_copy(update={"amount_vnd": line.amount_vnd - taken.get(line.line_id, 0)})
        for line in payable.lines
    )
    return Paid(payable, tuple(line for line in kept if line.amount_vnd > 0))


def compare(paid: Sequence[Paid], due: Sequence[Line]) -> Change:
    """Return what is to be paid besides, and what was paid too much; newest payments give first."""
    have = _by_fee([line for each in paid for line in each.lines])
    owed = _by_fee(due)
    more, less = owed - have, have - owed
    for kind in FeeKind:
        _set_off(more, less, kind)
    return Change(_pick(due, more), _take_back(paid, less))


def _by_fee(lines: Sequence[Line]) -> Counter[tuple[FeeKind, str]]:
    found: Counter[tuple[FeeKind, str]] = Counter()
    for line in lines:
        found[line.kind, line.fee_code] += line.amount_vnd
    return found


def _set_off(
    more: Counter[tuple[FeeKind, str]], less: Counter[tuple[FeeKind, str]], kind: FeeKind
) -> None:
    """Within ``kind``, let what is more pay for what is less."""
    rest = min(_total(more, kind), _total(less, kind))
    for side in (more, less):
        left = rest
        for key in sorted(key for key in side if key[0] is kind):
            part = min(left, side[key])
            side[key] -= part
            left -= part


def _total(side: Counter[tuple[FeeKind, str]], kind: FeeKind) -> int:
    return sum(amount for key, amount in side.items() if key[0] is kind)


def _pick(due: Sequence[Line], more: Counter[tuple[FeeKind, str]]) -> tuple[Line, ...]:
    """Return the lines of a supplementary demand; steps of a tariff do not explain a difference."""
    picked = []
    left = Counter(more)
    for line in due:
        part = min(line.amount_vnd, left[line.kind, line.fee_code])
        left[line.kind, line.fee_code] -= part
        if part:
            changed = {} if part == line.amount_vnd else {"amount_vnd": part, "steps": ()}
            picked.append(line.model_copy(update=changed))
    return tuple(picked)


def _take_back(
    paid: Sequence[Paid], less: Counter[tuple[FeeKind, str]]
) -> dict[UUID, dict[UUID, int]]:
    found: dict[UUID, dict[UUID, int]] = {}
    left = Counter(less)
    for each in paid:
        for line in each.lines:
            part = min(line.amount_vnd, left[line.kind, line.fee_code])
            left[line.kind, line.fee_code] -= part
            if part:
                amounts = found.setdefault(each.payable.id, {})
                amounts[line.line_id] = amounts.get(line.line_id, 0) + part
    return found

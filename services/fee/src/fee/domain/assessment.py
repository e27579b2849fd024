"""Assessments (xác định số phải thu): what a dossier owes, by version, and how it ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from fee.domain.reckoning import LineOutcome, ReckonedLine, reckon
from fee.domain.tariff import Circumstances, Tariff
from shared.contracts.dossier import FeeLine
from shared.contracts.fee import PendingReason, WithdrawalReason
from shared.contracts.parts import FilingChannel
from shared.errors import DomainError, Kind
from shared.lifecycle import Lifecycle, Step


class AssessmentStatus(StrEnum):
    """Where an assessment stands."""

    PENDING = "pending"
    """Something is missing: a tariff, the collecting agency, the procedure."""
    ASSESSED = "assessed"
    EXEMPTED = "exempted"
    WITHDRAWN = "withdrawn"


class AssessmentTrigger(StrEnum):
    """What happens to an assessment."""

    NOT_DECIDABLE = "not_decidable"
    AMOUNT_DUE = "amount_due"
    NOTHING_DUE = "nothing_due"
    ENDS = "ends"


LIFECYCLE: Final = Lifecycle(
    initial=AssessmentStatus.PENDING,
    steps=(
        Step(AssessmentStatus.PENDING, AssessmentTrigger.NOT_DECIDABLE, AssessmentStatus.PENDING),
        Step(AssessmentStatus.PENDING, AssessmentTrigger.AMOUNT_DUE, AssessmentStatus.ASSESSED),
        Step(AssessmentStatus.PENDING, AssessmentTrigger.NOTHING_DUE, AssessmentStatus.EXEMPTED),
        Step(AssessmentStatus.PENDING, AssessmentTrigger.ENDS, AssessmentStatus.WITHDRAWN),
        Step(AssessmentStatus.ASSESSED, AssessmentTrigger.AMOUNT_DUE, AssessmentStatus.ASSESSED),
        Step(AssessmentStatus.ASSESSED, AssessmentTrigger.NOTHING_DUE, AssessmentStatus.EXEMPTED),
        Step(AssessmentStatus.ASSESSED, AssessmentTrigger.ENDS, AssessmentStatus.WITHDRAWN),
        Step(AssessmentStatus.EXEMPTED, AssessmentTrigger.NOTHING_DUE, AssessmentStatus.EXEMPTED),
        Step(AssessmentStatus.EXEMPTED, AssessmentTrigger.AMOUNT_DUE, AssessmentStatus.ASSESSED),
        Step(AssessmentStatus.EXEMPTED, AssessmentTrigger.ENDS, AssessmentStatus.WITHDRAWN),
        # No step leads back to PENDING: an amount that no longer holds ends its assessment, and a
        # new one waits. No step leads out of WITHDRAWN: a dossier that comes back is assessed anew.
    ),
)


_ENDING_STATUSES: Final[Mapping[int, WithdrawalReason]] = {
    3: WithdrawalReason.REFUSED,
    7: WithdrawalReason.WITHDRAWN,
    8: WithdrawalReason.STOPPED,
}
"""National dossier statuses under which nothing is owed (3 không được tiếp nhận, 7 rút, 8 dừng)."""


class DossierUnknownError(DomainError):
    """A change of a dossier came before the dossier itself."""

    kind = Kind.WAITING
    code = "dossier-unknown"
    title = "Chưa nhận được hồ sơ"


class AssessmentNotFoundError(DomainError):
    """Nothing was ever assessed for this dossier."""

    kind = Kind.NOT_FOUND
    code = "assessment-not-found"
    title = "Chưa tìm thấy hồ sơ này"

    def __init__(self) -> None:
        super().__init__("no assessment for this dossier")


@dataclass(frozen=True)
class Filing:
    """What fee knows of a dossier: enough to choose tariffs, nothing about persons."""

    procedure_code: str
    payee_known: bool
    channel: FilingChannel
    territory_code: str | None
    filed_on: date
    free: bool
    """Payment timing ``free``: the province files it under "đối tượng miễn phí"."""
    status: int
    paid_elsewhere: bool
    lines: tuple[FeeLine, ...]


@dataclass(frozen=True)
class Finding:
    """What a dossier owes as far as it can be known."""

    trigger: AssessmentTrigger
    lines: tuple[ReckonedLine, ...] = ()
    pending_reason: PendingReason | None = None
    end_reason: WithdrawalReason | None = None
    superseded_by: UUID | None = None
    """The assessment that goes on in the place of the one that ends."""

    @property
    def total_vnd(self) -> int:
        """Return the sum of the lines."""
        return sum(line.amount_vnd for line in self.lines)


def find(
    filing: Filing,
    tariffs: Mapping[str, Sequence[Tariff]],
    kept: Mapping[int, ReckonedLine] = MappingProxyType({}),
) -> Finding:
    """Return what ``filing`` owes; ``tariffs`` holds the approved rows of each of its fee codes.

    ``kept`` names, by place, lines that stay as they were said.
    """
    end_reason = _end_reason(filing)
    if end_reason is not None:
        return Finding(AssessmentTrigger.ENDS, end_reason=end_reason)
    lines = tuple(
        kept[place]
        if place in kept
        else reckon(
            line, circumstances(filing, line), tariffs.get(line.fee_code, ()), free=filing.free
        )
        for place, line in enumerate(filing.lines)
    )
    reason = _pending_reason(filing, lines)
    if reason is not None:
        return Finding(AssessmentTrigger.NOT_DECIDABLE, lines, pending_reason=reason)
    if any(line.outcome is LineOutcome.DUE for line in lines):
        return Finding(AssessmentTrigger.AMOUNT_DUE, lines)
    return Finding(AssessmentTrigger.NOTHING_DUE, lines)


def _end_reason(filing: Filing) -> WithdrawalReason | None:
    if filing.paid_elsewhere:
        return WithdrawalReason.PAID_ELSEWHERE
    return _ENDING_STATUSES.get(filing.status)


def circumstances(filing: Filing, line: FeeLine) -> Circumstances:
    """Return what chooses the tariffs of one line."""
    return Circumstances(
        procedure_code=filing.procedure_code,
        variant=line.variant,
        channel=filing.channel,
        territory_code=filing.territory_code,
        payer_group=line.payer_group,
        filed_on=filing.filed_on,
    )


def _pending_reason(filing: Filing, lines: Sequence[ReckonedLine]) -> PendingReason | None:
    """Return the first thing that is missing; an exempt dossier needs no collecting agency."""
    if not lines and not filing.free:
        return PendingReason.PROCEDURE_INCOMPLETE
    if any(line.outcome is LineOutcome.PENDING for line in lines):
        return PendingReason.NO_TARIFF
    due = any(line.outcome is LineOutcome.DUE for line in lines)
    return PendingReason.AGENCY_INCOMPLETE if due and not filing.payee_known else None

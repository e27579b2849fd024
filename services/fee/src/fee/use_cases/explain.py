"""Explaining: why a dossier owes what it owes (Vì sao có số tiền này?)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from fee.domain.assessment import AssessmentNotFoundError, AssessmentStatus
from fee.domain.reckoning import ReckonedLine
from fee.repository import assessments as repository
from fee.use_cases.assess import RECKONED
from shared.contracts.dossier import DossierReceived
from shared.days import vietnam_day


@dataclass(frozen=True)
class Explained:
    """The newest thing said about a dossier's fee, and everything that decided it."""

    dossier_code: str
    assessment_id: UUID
    version: int
    status: AssessmentStatus
    reason_code: str | None
    """What a pending assessment waits for, or why a withdrawn one ended."""
    facts: DossierReceived
    filed_on: date
    lines: tuple[tuple[UUID, ReckonedLine], ...]

    @property
    def total_vnd(self) -> int:
        """Return the sum of the lines."""
        return sum(line.amount_vnd for _, line in self.lines)

    @property
    def agencies(self) -> frozenset[str]:
        """Return the agencies whose staff may see it: who received it, who collects."""
        payee = self.facts.payee
        collecting = {payee.agency_code} if payee is not None else set()
        return frozenset({self.facts.receiving_agency, *collecting})


@dataclass(frozen=True)
class Said:
    """One thing that was said of a dossier's fee, as the history shows it."""

    version: int
    at: datetime
    event_type: str
    total_vnd: int | None
    """Only where an amount was due."""


async def explain(session: AsyncSession, dossier_code: str) -> Explained:
    """Return why ``dossier_code`` owes what it owes; raise AssessmentNotFoundError if unknown."""
    dossier = await repository.read_dossier(session, dossier_code)
    assessment = await repository.latest_assessment(session, dossier_code)
    version = await repository.version_of(session, assessment) if assessment is not None else None
    if dossier is None or assessment is None or version is None:
        raise AssessmentNotFoundError
    facts = DossierReceived.model_validate(dossier.facts)
    lines = RECKONED.validate_python(version.workings)
    ids = [UUID(line["line_id"]) for line in version.fact.get("lines", [])]
    return Explained(
        dossier_code=dossier_code,
        assessment_id=assessment.id,
        version=assessment.version,
        status=assessment.status,
        reason_code=version.fact.get("reason_code") or version.fact.get("reason"),
        facts=facts,
        filed_on=vietnam_day(facts.submitted_at),
        lines=tuple(zip(ids, lines, strict=True)),
    )


async def read_versions(session: AsyncSession, dossier_code: str) -> Sequence[Said]:
    """Return everything that was said of a dossier's fee, the oldest first."""
    return [
        Said(row.version, row.said_at, row.event_type, row.fact.get("total_vnd"))
        for row in await repository.versions_of(session, dossier_code)
    ]

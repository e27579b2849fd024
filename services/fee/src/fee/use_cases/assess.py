"""Assessing: a dossier is heard of or changes, and what it owes is said, by version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from fee import repository
from fee.domain.assessment import (
    LIFECYCLE,
    AssessmentTrigger,
    DossierUnknownError,
    Finding,
    find,
)
from fee.domain.facts import Identity, LineKey, line_keys, to_fact, to_filing, to_lines, with_change
from fee.domain.reckoning import ReckonedLine
from fee.tables import AssessmentRow, DossierRow, VersionRow
from shared.contracts.dossier import DossierChanged, DossierReceived
from shared.contracts.envelope import Cause, DossierFact
from shared.contracts.fee import WithdrawalReason
from shared.ids import new_id
from shared.outbox import Emission, emit_all

RECKONED: Final = TypeAdapter(list[ReckonedLine])


@dataclass(frozen=True)
class Heard:
    """When and why a fact about a dossier was heard; facts of one dossier are counted."""

    sequence: int
    cause: Cause
    now: datetime


async def receive_dossier(session: AsyncSession, facts: DossierReceived, *, heard: Heard) -> None:
    """Keep what fee needs of a new dossier and say what it owes. Safe to repeat."""
    row = await repository.insert_dossier(
        session,
        {
            "dossier_code": facts.dossier_code,
            "facts": facts.model_dump(mode="json", exclude_none=True),
            "heard_sequence": heard.sequence,
            "correlation_id": heard.cause.correlation_id,
        },
    )
    if row is not None:
        await _reconsider(session, row, heard)


async def change_dossier(session: AsyncSession, change: DossierChanged, *, heard: Heard) -> None:
    """Put ``change`` in and say what it alters; raise DossierUnknownError before the dossier."""
    row = await _lock(session, change.dossier_code)
    if heard.sequence > row.heard_sequence:
        await _put_in(session, row, with_change(row.facts, change), heard)


async def change_status(
    session: AsyncSession, dossier_code: str, status: int, *, heard: Heard
) -> None:
    """Take the dossier's national status: 3, 7 and 8 end what is owed, others may begin it anew."""
    row = await _lock(session, dossier_code)
    if heard.sequence > row.heard_sequence:
        await _put_in(session, row, {**row.facts, "status": status}, heard)


async def close_dossier(
    session: AsyncSession, dossier_code: str, closed_at: datetime, *, heard: Heard
) -> None:
    """Remember that the result was handed over; a debt that is left stays due."""
    row = await _lock(session, dossier_code)
    if heard.sequence > row.heard_sequence:
        row.closed_at = closed_at
        row.heard_sequence = heard.sequence


async def reassess(
    session: AsyncSession, dossier_code: str, *, causation_id: UUID, now: datetime
) -> None:
    """Look at a dossier again because the tariffs have changed."""
    row = await _lock(session, dossier_code)
    cause = Cause(correlation_id=row.correlation_id, causation_id=causation_id)
    await _reconsider(session, row, Heard(row.heard_sequence, cause, now))


async def waiting_dossiers(session: AsyncSession, *, after: str, limit: int) -> Sequence[str]:
    """Return codes of dossiers whose amount cannot be said yet, in order, past ``after``."""
    return await repository.pending_dossiers(session, after=after, limit=limit)


async def _lock(session: AsyncSession, dossier_code: str) -> DossierRow:
    row = await repository.lock_dossier(session, dossier_code)
    if row is None:
        raise DossierUnknownError("a change came before DossierReceived", dossier_code=dossier_code)
    return row


async def _put_in(
    session: AsyncSession, row: DossierRow, facts: Mapping[str, Any], heard: Heard
) -> None:
    row.facts = dict(facts)
    row.heard_sequence = heard.sequence
    await _reconsider(session, row, heard)


async def _reconsider(session: AsyncSession, row: DossierRow, heard: Heard) -> None:
    """Find what the dossier owes and say it, if it is not what was said last."""
    facts = DossierReceived.model_validate(row.facts)
    filing = to_filing(facts)
    tariffs = await repository.approved_tariffs(session, [line.fee_code for line in filing.lines])
    finding = find(filing, tariffs)
    latest = await repository.latest_assessment(session, row.dossier_code)
    said = await _say(session, facts, finding, latest, heard)
    emissions = [Emission(fact, heard.cause, facts.receiving_agency) for fact in said]
    await emit_all(session, emissions, now=heard.now)


async def _say(
    session: AsyncSession,
    facts: DossierReceived,
    finding: Finding,
    latest: AssessmentRow | None,
    heard: Heard,
) -> list[DossierFact]:
    """Store the next version, of the living assessment or of a new one; return what to say."""
    living = latest is not None and LIFECYCLE.allows(latest.status, AssessmentTrigger.ENDS)
    if latest is not None and living and LIFECYCLE.allows(latest.status, finding.trigger):
        fact = await _say_version(session, latest, finding, facts, heard)
        return [fact] if fact is not None else []
    if not living and not _begins(finding, latest):
        return []
    successor = AssessmentRow(
        id=new_id(),
        dossier_code=facts.dossier_code,
        ordinal=latest.ordinal + 1 if latest is not None else 1,
        status=LIFECYCLE.initial,
        version=latest.version if latest is not None else 0,
    )
    said = []
    if latest is not None and living:
        said.append(await _supersede(session, latest, successor, facts, heard))
    await repository.insert_assessment(session, successor)
    said.append(await _say_version(session, successor, finding, facts, heard))
    return [fact for fact in said if fact is not None]


def _begins(finding: Finding, latest: AssessmentRow | None) -> bool:
    """Tell whether ``finding`` begins an assessment where none lives.

    A dossier that the province has collected for itself is said once, so that nobody waits for its
    fee; a dossier first heard of as refused or withdrawn owes nothing and nothing is said.
    """
    if finding.end_reason is None:
        return True
    return latest is None and finding.end_reason is WithdrawalReason.PAID_ELSEWHERE


async def _supersede(
    session: AsyncSession,
    old: AssessmentRow,
    successor: AssessmentRow,
    facts: DossierReceived,
    heard: Heard,
) -> DossierFact | None:
    """End an amount that no longer holds; its successor waits for what is missing."""
    ending = Finding(
        AssessmentTrigger.ENDS,
        end_reason=WithdrawalReason.STOPPED,
        superseded_by=successor.id,
    )
    fact = await _say_version(session, old, ending, facts, heard)
    successor.version = old.version
    return fact


async def _say_version(
    session: AsyncSession,
    assessment: AssessmentRow,
    finding: Finding,
    facts: DossierReceived,
    heard: Heard,
) -> DossierFact | None:
    """Store ``finding`` as the next version and return its fact; None if nothing has changed."""
    last = await repository.version_of(session, assessment)
    identity = Identity(facts.dossier_code, assessment.id, assessment.version + 1)
    fact = to_fact(finding, identity, facts, to_lines(finding.lines, _known_lines(last), new_id))
    workings = RECKONED.dump_python(list(finding.lines), mode="json", exclude_none=True)
    if last is not None and _same(last, fact):
        last.workings = workings  # What was declared beside the tariff may differ; staff see it.
        return None
    assessment.status = LIFECYCLE.next(assessment.status, finding.trigger)
    assessment.version = identity.version
    row = VersionRow(
        assessment_id=assessment.id,
        version=identity.version,
        event_type=fact.type,
        fact=fact.model_dump(mode="json", exclude_none=True),
        workings=workings,
        said_at=heard.now,
    )
    repository.insert_version(session, row)
    return fact


def _known_lines(last: VersionRow | None) -> Mapping[LineKey, UUID]:
    lines = last.fact.get("lines", []) if last is not None else []
    keys = line_keys([line["fee_code"] for line in lines])
    return {key: UUID(line["line_id"]) for key, line in zip(keys, lines, strict=True)}


def _same(last: VersionRow, fact: DossierFact) -> bool:
    said = fact.model_dump(mode="json", exclude_none=True)
    return last.event_type == fact.type and {**last.fact, "version": 0} == {**said, "version": 0}

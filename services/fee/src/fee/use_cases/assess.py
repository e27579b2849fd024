"""Assessing: a dossier is heard of or changes, and what it owes is said, by version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from fee.domain.assessment import (
    LIFECYCLE,
    AssessmentTrigger,
    DossierUnknownError,
    Finding,
    find,
)
from fee.domain.facts import (
    Identity,
    LineKey,
    kept_lines,
    line_keys,
    to_fact,
    to_filing,
    to_lines,
    with_change,
)
from fee.domain.reckoning import ReckonedLine
from fee.repository import assessments as repository
from fee.repository.tariffs import approved_tariffs, open_book
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


@dataclass(frozen=True)
class Before:
    """What was said of a dossier last."""

    assessment: AssessmentRow | None
    version: VersionRow | None


NOTHING_SAID: Final = Before(None, None)


@dataclass
class Decision:
    """What is said because of one fact, and the rows that keep it."""

    heard: Heard
    agency: str
    begun: list[AssessmentRow] = field(default_factory=list)
    versions: list[VersionRow] = field(default_factory=list)
    said: list[DossierFact] = field(default_factory=list)

    def add_version(
        self,
        assessment: AssessmentRow,
        last: VersionRow | None,
        finding: Finding,
        facts: DossierReceived,
    ) -> None:
        """Make ``finding`` the next version, unless it says what ``last`` has said."""
        identity = Identity(facts.dossier_code, assessment.id, assessment.version + 1)
        lines = to_lines(finding.lines, _known_lines(last), new_id)
        fact = to_fact(finding, identity, facts, lines)
        workings = RECKONED.dump_python(list(finding.lines), mode="json", exclude_none=True)
        if last is not None and _same(last, fact):
            last.workings = (
                workings  # What was declared beside the tariff may differ; staff see it.
            )
            return
        assessment.status = LIFECYCLE.next(assessment.status, finding.trigger)
        assessment.version = identity.version
        row = VersionRow(
            assessment_id=assessment.id,
            version=identity.version,
            event_type=fact.type,
            fact=fact.model_dump(mode="json", exclude_none=True),
            workings=workings,
            said_at=self.heard.now,
        )
        self.versions.append(row)
        self.said.append(fact)


async def receive_dossiers(
    session: AsyncSession, received: Sequence[tuple[DossierReceived, Heard]]
) -> None:
    """Keep what fee needs of new dossiers and say what each owes. Safe to repeat."""
    rows = [
        {
            "dossier_code": facts.dossier_code,
            "facts": facts.model_dump(mode="json", exclude_none=True),
            "heard_sequence": heard.sequence,
            "correlation_id": heard.cause.correlation_id,
        }
        for facts, heard in received
    ]
    await open_book(session)
    new = await repository.insert_dossiers(session, rows)
    first = {facts.dossier_code: (facts, heard) for facts, heard in reversed(received)}
    fee_codes = {line.fee_code for facts, _ in first.values() for line in facts.fee_lines}
    tariffs = await approved_tariffs(session, sorted(fee_codes))
    decided = [
        _decide(facts, find(to_filing(facts), tariffs), NOTHING_SAID, heard)
        for code, (facts, heard) in first.items()
        if code in new
    ]
    await _say(session, decided)


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
    """Look at a dossier again because tariffs were approved; only lines that wait get amounts."""
    row = await _lock(session, dossier_code)
    cause = Cause(correlation_id=row.correlation_id, causation_id=causation_id)
    await _reconsider(session, row, row.facts, Heard(row.heard_sequence, cause, now))


async def _lock(session: AsyncSession, dossier_code: str) -> DossierRow:
    await open_book(session)
    row = await repository.lock_dossier(session, dossier_code)
    if row is None:
        raise DossierUnknownError("a change came before DossierReceived", dossier_code=dossier_code)
    return row


async def _put_in(
    session: AsyncSession, row: DossierRow, facts: Mapping[str, Any], heard: Heard
) -> None:
    before = row.facts
    row.facts = dict(facts)
    row.heard_sequence = heard.sequence
    await _reconsider(session, row, before, heard)


async def _reconsider(
    session: AsyncSession, row: DossierRow, before: Mapping[str, Any], heard: Heard
) -> None:
    """Find what the dossier owes and say it, if it is not what was said last.

    A line is reckoned anew only where something that decides it has changed since ``before``: a
    tariff approved in the meantime never changes what was said (ADR 0011).
    """
    facts = DossierReceived.model_validate(row.facts)
    filing = to_filing(facts)
    tariffs = await approved_tariffs(session, [line.fee_code for line in filing.lines])
    latest = await repository.latest_assessment(session, row.dossier_code)
    version = await repository.version_of(session, latest) if latest is not None else None
    said = RECKONED.validate_python(version.workings) if version is not None else []
    kept = kept_lines(to_filing(DossierReceived.model_validate(before)), filing, said)
    decision = _decide(facts, find(filing, tariffs, kept), Before(latest, version), heard)
    await _say(session, [decision])


async def _say(session: AsyncSession, decisions: Sequence[Decision]) -> None:
    """Store what was decided, then its facts."""
    await repository.insert_assessments(session, [row for each in decisions for row in each.begun])
    repository.insert_versions(session, [row for each in decisions for row in each.versions])
    emissions = [
        Emission(fact, each.heard.cause, each.agency) for each in decisions for fact in each.said
    ]
    if emissions:
        await emit_all(session, emissions, now=decisions[0].heard.now)


def _decide(facts: DossierReceived, finding: Finding, before: Before, heard: Heard) -> Decision:
    """Decide on the next version, of the living assessment or of a new one."""
    decision = Decision(heard, facts.receiving_agency)
    latest = before.assessment
    living = latest is not None and LIFECYCLE.allows(latest.status, AssessmentTrigger.ENDS)
    if latest is not None and living and LIFECYCLE.allows(latest.status, finding.trigger):
        decision.add_version(latest, before.version, finding, facts)
        return decision
    if not living and not _begins(finding, latest):
        return decision
    successor = AssessmentRow(
        id=new_id(),
        dossier_code=facts.dossier_code,
        ordinal=latest.ordinal + 1 if latest is not None else 1,
        status=LIFECYCLE.initial,
        version=latest.version if latest is not None else 0,
    )
    if latest is not None and living:
        # An amount that no longer holds ends; its successor waits for what is missing.
        ending = Finding(
            AssessmentTrigger.ENDS,
            end_reason=WithdrawalReason.STOPPED,
            superseded_by=successor.id,
        )
        decision.add_version(latest, before.version, ending, facts)
        successor.version = latest.version
    decision.begun.append(successor)
    decision.add_version(successor, None, finding, facts)
    return decision


def _begins(finding: Finding, latest: AssessmentRow | None) -> bool:
    """Tell whether ``finding`` begins an assessment where none lives.

    A dossier that the province has collected for itself is said once, so that nobody waits for its
    fee; a dossier first heard of as refused or withdrawn owes nothing and nothing is said.
    """
    if finding.end_reason is None:
        return True
    return latest is None and finding.end_reason is WithdrawalReason.PAID_ELSEWHERE


def _known_lines(last: VersionRow | None) -> Mapping[LineKey, UUID]:
    lines = last.fact.get("lines", []) if last is not None else []
    keys = line_keys([line["fee_code"] for line in lines])
    return {key: UUID(line["line_id"]) for key, line in zip(keys, lines, strict=True)}


def _same(last: VersionRow, fact: DossierFact) -> bool:
    said = fact.model_dump(mode="json", exclude_none=True)
    return last.event_type == fact.type and {**last.fact, "version": 0} == {**said, "version": 0}

"""The verbs of ops: archive, say how far, measure, tell a timeline, prove."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from ops.domain.archive import (
    CHECKPOINTS,
    NO_AGENCY,
    ParkedMessage,
    Record,
    is_parked,
    parked_message,
    read_head,
)
from ops.domain.figures import Backlog, Board, HeldUp, Unanswered, Unsent
from ops.domain.proofs import (
    LIFECYCLE,
    PROOF_INTERVAL,
    PROOF_LEASE,
    PROOF_RETRY,
    ProofStatus,
    ProofTrigger,
)
from ops.domain.timeline import Archived, Awaited, Entry, awaited, entries
from ops.repository import archive as archive_rows
from ops.repository import figures as figure_rows
from ops.repository import proofs as proof_rows
from shared.contracts.envelope import Cause
from shared.contracts.ops import ArchiveCheckpoint
from shared.ids import new_id
from shared.outbox import Emission, emit_all

TIMELINE_LIMIT: Final = 1_000
"""Facts of one dossier that a timeline shows; a dossier has some dozens."""

PARKED_LIMIT: Final = 200


@dataclass(frozen=True)
class Timeline:
    """What happened to a dossier, and what has not."""

    dossier_code: str
    entries: list[Entry]
    awaited: list[Awaited]


@dataclass(frozen=True)
class Proof:
    """The newest run of the proof, and what the last finished one found."""

    status: ProofStatus | None
    """None: the proof has never been asked for."""
    asked_at: datetime | None
    report: dict[str, Any] | None


async def archive(session: AsyncSession, records: Sequence[Record], *, now: datetime) -> None:
    """Keep every record byte for byte, and note what it says about parked messages."""
    await archive_rows.store_records(session, records, quiet_types=sorted(CHECKPOINTS), now=now)
    for record in records:
        message = None if record.head is None else parked_message(record.head)
        if record.head is not None and message is not None:
            await _note_parked(session, message, waits=is_parked(record.head))


async def say_checkpoints(session: AsyncSession, *, cause: Cause, now: datetime) -> int:
    """Say ArchiveCheckpoint for each partition that grew; return how many."""
    grown = await archive_rows.take_grown(session)
    emissions = [
        Emission(
            ArchiveCheckpoint(topic_name=topic, partition=partition, offset=offset),
            cause,
            NO_AGENCY,
        )
        for topic, partition, offset in grown
    ]
    await emit_all(session, emissions, now=now)
    return len(emissions)


async def record_figures(
    session: AsyncSession,
    *,
    backlog: Sequence[Backlog],
    unsent: Sequence[Unsent],
    unanswered: Sequence[Unanswered],
    held_up: Sequence[HeldUp],
) -> None:
    """Keep what was measured just now, in the place of what was measured before."""
    await figure_rows.replace_backlog(session, backlog)
    await figure_rows.replace_unsent(session, unsent)
    await figure_rows.replace_unanswered(session, unanswered)
    await figure_rows.replace_held_up(session, held_up)


async def show_board(session: AsyncSession) -> Board:
    """Return the figures of the operator's first page."""
    parked = await figure_rows.count_parked(session)
    return Board(
        streams=await figure_rows.list_streams(session),
        backlog=await figure_rows.list_backlog(session),
        unsent=await figure_rows.list_unsent(session),
        unanswered=await figure_rows.list_unanswered(session),
        held_up=await figure_rows.list_held_up(session),
        parked=parked.count,
        parked_since=parked.oldest_at,
    )


async def show_timeline(session: AsyncSession, dossier_code: str) -> Timeline:
    """Return everything archived about a dossier; empty if nothing is known."""
    rows = await archive_rows.list_of_subject(session, dossier_code, limit=TIMELINE_LIMIT)
    archived = [
        Archived(row.topic, row.partition, row.offset, row.archived_at, head)
        for row in rows
        if (head := read_head(row.body)) is not None
    ]
    return Timeline(dossier_code, entries(archived), awaited(each.head for each in archived))


async def show_event(session: AsyncSession, event_id: UUID) -> bytes | None:
    """Return the bytes of an archived fact; None if there is none."""
    row = await archive_rows.find_event(session, event_id)
    return None if row is None else row.body


async def list_parked(session: AsyncSession) -> list[ParkedMessage]:
    """Return what is parked anywhere, longest wait first."""
    rows = await archive_rows.list_parked(session, limit=PARKED_LIMIT)
    return [
        ParkedMessage(
            consumer=row.consumer,
            topic=row.topic,
            partition=row.partition,
            offset=row.offset,
            owner=row.owner,
            key=row.key,
            reason_code=row.reason_code,
            parked_at=row.parked_at,
        )
        for row in rows
    ]


async def ask_for_proof(session: AsyncSession, *, by: str, now: datetime) -> UUID | None:
    """Have the proof run; None if a run waits already."""
    return await proof_rows.ask(session, new_id(), by=by, now=now)


async def ask_hourly(session: AsyncSession, *, now: datetime) -> None:
    """Have the proof run if nobody has asked for it for an hour.

    Before the first fact there is nothing to prove, and Kafka may still be without topics.
    """
    if not await figure_rows.list_streams(session):
        return
    newest = await proof_rows.newest(session)
    if newest is None or now - newest.asked_at >= PROOF_INTERVAL:
        await proof_rows.ask(session, new_id(), by="system", now=now)


async def take_due_proof(session: AsyncSession, only: UUID | None, *, now: datetime) -> UUID | None:
    """Return the run that is due, taken for as long as it may last; None if there is none."""
    row = await proof_rows.claim_due(session, only, now=now, lease=PROOF_LEASE)
    return None if row is None else row.id


async def put_off_proof(session: AsyncSession, proof_id: UUID, *, now: datetime) -> None:
    """Try a run again soon: a counterpart did not answer, so it has found nothing either way."""
    row = await proof_rows.lock(session, proof_id)
    row.due_at = now + PROOF_RETRY


async def finish_proof(
    session: AsyncSession, proof_id: UUID, report: dict[str, Any], *, now: datetime
) -> None:
    """Keep what a run found."""
    row = await proof_rows.lock(session, proof_id)
    found = ProofTrigger.FOUND_NOTHING if report["holds"] else ProofTrigger.FOUND_VIOLATION
    row.status = LIFECYCLE.next(row.status, found)
    row.report = report
    row.finished_at = now
    row.due_at = None


async def show_proof(session: AsyncSession) -> Proof:
    """Return the newest run, and the last report."""
    newest = await proof_rows.newest(session)
    return Proof(
        status=None if newest is None else newest.status,
        asked_at=None if newest is None else newest.asked_at,
        report=await proof_rows.last_report(session),
    )


async def _note_parked(session: AsyncSession, message: ParkedMessage, *, waits: bool) -> None:
    if waits:
        await archive_rows.store_parked(session, message)
    else:
        await archive_rows.forget_parked(session, message)

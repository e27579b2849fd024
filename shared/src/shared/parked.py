"""Parked messages (gác lại): they wait in the order of their key, with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.tables import ParkedRow
from shared.errors import DomainError, Kind
from shared.ids import new_id

WAITING: Final = "waiting"
BEHIND: Final = "behind"
RELEASE: Final = "release"
DISCARD: Final = "discard"

_PAUSES: Final = (1, 1, 2, 5, 15, 60)
"""Seconds between the tries of a message that waits for a fact; the last one repeats."""


class ParkedMessageNotFoundError(DomainError):
    """No message is parked under this id."""

    kind = Kind.NOT_FOUND
    code = "parked-message-not-found"
    title = "Không còn tin bị giữ này"


@dataclass(frozen=True)
class Record:
    """Where a message stands, and its bytes."""

    topic: str
    partition: int
    offset: int
    key: str
    body: bytes | None
    headers: dict[str, str]
    sent_at: datetime


@dataclass(frozen=True)
class Reason:
    """Why a message is parked; ``detail`` names fields, never their values."""

    code: str
    detail: str
    state: str = WAITING
    blocks: bool = True
    retried: bool = False
    """It is tried again by itself."""


async def park(
    session: AsyncSession, consumer: str, record: Record, reason: Reason, *, now: datetime
) -> bool:
    """Keep ``record`` for later; False if it is parked already."""
    statement = (
        insert(ParkedRow)
        .values(
            id=new_id(), consumer=consumer, topic=record.topic, partition=record.partition,
            offset=record.offset, key=record.key, reason_code=reason.code, detail=reason.detail,
            state=reason.state, blocks=reason.blocks, body=record.body, headers=record.headers,
            sent_at=record.sent_at, parked_at=now, tries=0, decided_by=None,
            due_at=now + timedelta(seconds=_PAUSES[0]) if reason.retried else None,
        )
        .on_conflict_do_nothing()
        .returning(ParkedRow.id)
    )  # fmt: skip
    return await session.scalar(statement) is not None


async def blocked_keys(session: AsyncSession, consumer: str) -> set[tuple[str, str]]:
    """Return each (topic, key) behind whose parked message later ones must wait."""
    statement = select(ParkedRow.topic, ParkedRow.key).where(
        ParkedRow.consumer == consumer, ParkedRow.blocks
    )
    return {(topic, key) for topic, key in await session.execute(statement.distinct())}


async def ready(session: AsyncSession, consumer: str, *, now: datetime) -> ParkedRow | None:
    """Return, locked, the message at the head of its key that may go now; None if there is none."""
    head = (
        select(ParkedRow.id)
        .where(ParkedRow.consumer == consumer, ParkedRow.blocks)
        .ext(distinct_on(ParkedRow.topic, ParkedRow.key))
        .order_by(ParkedRow.topic, ParkedRow.key, ParkedRow.offset)
    )
    may_go = ParkedRow.state.in_((BEHIND, RELEASE, DISCARD)) | (ParkedRow.due_at <= now)
    alone = ~ParkedRow.blocks & ParkedRow.state.in_((RELEASE, DISCARD))
    statement = (
        select(ParkedRow)
        .where(ParkedRow.consumer == consumer, (ParkedRow.id.in_(head) & may_go) | alone)
        .order_by(ParkedRow.offset)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row: ParkedRow | None = await session.scalar(statement)
    return row


async def remove(session: AsyncSession, parked_id: UUID) -> None:
    """Forget a message that took effect or was discarded."""
    await session.execute(delete(ParkedRow).where(ParkedRow.id == parked_id))


async def failed_again(
    session: AsyncSession, parked_id: UUID, reason: Reason, *, now: datetime
) -> None:
    """Keep a message that failed once more; tried again by itself only if ``reason`` says so."""
    tries = await session.scalar(select(ParkedRow.tries).where(ParkedRow.id == parked_id)) or 0
    pause = _PAUSES[min(tries + 1, len(_PAUSES) - 1)]
    await session.execute(
        update(ParkedRow)
        .where(ParkedRow.id == parked_id)
        .values(
            state=WAITING,
            reason_code=reason.code,
            detail=reason.detail,
            tries=tries + 1,
            due_at=now + timedelta(seconds=pause) if reason.retried else None,
        )
    )


async def list_parked(
    session: AsyncSession, *, after: UUID | None = None, limit: int = 50
) -> Sequence[ParkedRow]:
    """Return parked messages, oldest first, from the one behind ``after`` on."""
    statement = select(ParkedRow).order_by(ParkedRow.id).limit(limit)
    if after is not None:
        statement = statement.where(ParkedRow.id > after)
    return (await session.scalars(statement)).all()


async def decide(session: AsyncSession, parked_id: UUID, *, state: str, by: str) -> None:
    """Let a person release or discard a message; its consumer obeys within a second.

    Raises ParkedMessageNotFoundError.
    """
    changed = await session.execute(
        update(ParkedRow)
        .where(ParkedRow.id == parked_id)
        .values(state=state, decided_by=by)
        .returning(ParkedRow.id)
    )
    if changed.first() is None:
        raise ParkedMessageNotFoundError(f"no parked message {parked_id}")


async def release(session: AsyncSession, parked_id: UUID, *, by: str) -> None:
    """Have the message tried again."""
    await decide(session, parked_id, state=RELEASE, by=by)


async def discard(session: AsyncSession, parked_id: UUID, *, by: str) -> None:
    """Have the message dropped; later ones of its key go on."""
    await decide(session, parked_id, state=DISCARD, by=by)

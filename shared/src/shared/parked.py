"""Parked messages (gác lại): they wait in the order of their key, with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.catalogue import KEPT_TOPICS
from shared.db.database import VAULT
from shared.db.tables import ParkedRow
from shared.errors import DomainError, Kind
from shared.ids import new_id
from shared.vault import Vault, VaultClosedError

WAITING: Final = "waiting"
BEHIND: Final = "behind"
RELEASE: Final = "release"
DISCARD: Final = "discard"

_PAUSES: Final = (1, 1, 2, 5, 15, 60)
"""Seconds between the tries of a message that waits for a fact; the last one repeats."""


KEPT_FOR: Final = timedelta(days=90)
"""How long the body of a message that may hold personal data is kept (contracts: ``tthc``)."""


class ParkedMessageNotFoundError(DomainError):
    """No message is parked under this id."""

    kind = Kind.NOT_FOUND
    code = "parked-message-not-found"
    title = "Không còn tin bị giữ này"


class ParkedBodyDeletedError(DomainError):
    """The body was deleted, after its time or with its person: there is nothing to try again."""

    kind = Kind.CONFLICT
    code = "parked-body-deleted"
    title = "Nội dung tin này đã xóa, chỉ còn có thể bỏ"


class ParkedBodyLockedError(DomainError):
    """The body was encrypted with a key that is not among ours any more."""

    kind = Kind.CONFLICT
    code = "parked-body-locked"
    title = "Không mở được nội dung tin này"


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
    """Keep ``record`` for later, its body encrypted; False if it is parked already."""
    statement = (
        insert(ParkedRow)
        .values(
            id=new_id(), consumer=consumer, topic=record.topic, partition=record.partition,
            offset=record.offset, key=record.key, reason_code=reason.code, detail=reason.detail,
            state=reason.state, blocks=reason.blocks, body=_locked(session, record.body),
            headers=record.headers,
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


def open_body(session: AsyncSession, row: ParkedRow) -> bytes | None:
    """Return the body of a parked message as it came; None is a tombstone, or a deleted body.

    Raises ParkedBodyLockedError.
    """
    if row.body is None:
        return None
    try:
        return _vault(session).open(row.body)
    except VaultClosedError as error:
        raise ParkedBodyLockedError("none of our keys opens it") from error


async def delete_bodies_of(session: AsyncSession, key: str, *, by: str, now: datetime) -> None:
    """Delete what is parked of the people of ``key``; the messages are discarded.

    Kept streams hold no personal data: what is parked of them stays.
    """
    theirs = (ParkedRow.key == key) & _may_hold_people()
    await session.execute(
        update(ParkedRow)
        .where(theirs)
        .values(body=None, body_deleted_at=now, state=DISCARD, decided_by=by)
    )


async def delete_old_bodies(session: AsyncSession, *, now: datetime) -> None:
    """Delete bodies that may hold personal data and were kept long enough; the rows stay."""
    old = (ParkedRow.parked_at < now - KEPT_FOR) & _may_hold_people()
    await session.execute(update(ParkedRow).where(old).values(body=None, body_deleted_at=now))


def _may_hold_people() -> ColumnElement[bool]:
    return ParkedRow.topic.not_in(sorted(KEPT_TOPICS)) & ParkedRow.body.is_not(None)


def _locked(session: AsyncSession, body: bytes | None) -> bytes | None:
    return None if body is None else _vault(session).lock(body)


def _vault(session: AsyncSession) -> Vault:
    vault = session.info[VAULT]
    if not isinstance(vault, Vault):
        raise TypeError("a database without a vault parks nothing")
    return vault


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


async def find(session: AsyncSession, parked_id: UUID) -> ParkedRow:
    """Return one parked message; raise ParkedMessageNotFoundError."""
    row = await session.get(ParkedRow, parked_id)
    if row is None:
        raise ParkedMessageNotFoundError(f"no parked message {parked_id}")
    return row


async def decide(session: AsyncSession, parked_id: UUID, *, state: str, by: str) -> None:
    """Let a person release or discard a message; its consumer obeys within a second.

    Raises ParkedMessageNotFoundError, ParkedBodyDeletedError.
    """
    row = await session.get(ParkedRow, parked_id, with_for_update=True)
    if row is None:
        raise ParkedMessageNotFoundError(f"no parked message {parked_id}")
    if state == RELEASE and row.body_deleted_at is not None:
        raise ParkedBodyDeletedError(f"the body of {parked_id} was deleted")
    row.state = state
    row.decided_by = by


async def release(session: AsyncSession, parked_id: UUID, *, by: str) -> None:
    """Have the message tried again."""
    await decide(session, parked_id, state=RELEASE, by=by)


async def discard(session: AsyncSession, parked_id: UUID, *, by: str) -> None:
    """Have the message dropped; later ones of its key go on."""
    await decide(session, parked_id, state=DISCARD, by=by)

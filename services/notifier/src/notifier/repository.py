"""Every statement on notifier's decision tables."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from notifier.domain import MessageFilter, Status
from notifier.tables import AttemptRow, MessageRow, RecipientRow
from shared.db.tables import AuditRow

NATURAL_KEY: Final = ("cause", "template", "person")


async def lock_recipient(session: AsyncSession, dossier_code: str) -> RecipientRow:
    """Return the dossier's recipient, made if need be, and locked until the transaction ends.

    Whoever learns of a message and whoever learns of an address meet here, so that neither misses
    the other.
    """
    await session.execute(
        insert(RecipientRow).values(dossier_code=dossier_code).on_conflict_do_nothing()
    )
    rows = await session.scalars(
        select(RecipientRow).where(RecipientRow.dossier_code == dossier_code).with_for_update()
    )
    return rows.one()


async def read_address(session: AsyncSession, dossier_code: str) -> str | None:
    """Return the address of the dossier's payer; None if there is none."""
    row = await session.get(RecipientRow, dossier_code)
    return None if row is None else row.email


async def insert_message(session: AsyncSession, values: Mapping[str, Any]) -> MessageRow | None:
    """Store a message; None if this person was already told of this fact."""
    statement = (
        insert(MessageRow)
        .values(**values)
        .on_conflict_do_nothing(index_elements=NATURAL_KEY)
        .returning(MessageRow)
    )
    return await session.scalar(statement)


async def lock_messages_of(
    session: AsyncSession, dossier_code: str, statuses: Sequence[Status]
) -> Sequence[MessageRow]:
    """Return the dossier's messages in one of ``statuses``, locked in the order of their ids."""
    rows = await session.scalars(
        select(MessageRow)
        .where(MessageRow.dossier_code == dossier_code, MessageRow.status.in_(statuses))
        .order_by(MessageRow.id)
        .with_for_update()
    )
    return rows.all()


async def lock_messages_about(session: AsyncSession, subject_id: UUID) -> Sequence[MessageRow]:
    """Return the messages about one receipt, locked in the order of their ids."""
    rows = await session.scalars(
        select(MessageRow)
        .where(MessageRow.subject_id == subject_id)
        .order_by(MessageRow.id)
        .with_for_update()
    )
    return rows.all()


async def lock_message(session: AsyncSession, message_id: UUID) -> MessageRow | None:
    """Return the message, locked until the transaction ends."""
    return await session.scalar(
        select(MessageRow).where(MessageRow.id == message_id).with_for_update()
    )


async def claim_due_message(
    session: AsyncSession, only: UUID | None, *, now: datetime, lease: timedelta
) -> MessageRow | None:
    """Return the message that is due longest, or ``only`` if it is due; taken for ``lease``."""
    due = select(MessageRow).where(MessageRow.due_at <= now).order_by(MessageRow.due_at)
    if only is not None:
        due = due.where(MessageRow.id == only)
    message = await session.scalar(due.limit(1).with_for_update(skip_locked=True))
    if message is not None:
        message.due_at = now + lease
    return message


async def insert_attempt(session: AsyncSession, attempt: AttemptRow) -> None:
    """Keep the reason of a failed try; a second telling of the same try changes nothing."""
    values = {
        "message_id": attempt.message_id,
        "number": attempt.number,
        "at": attempt.at,
        "error_code": attempt.error_code,
    }
    await session.execute(insert(AttemptRow).values(**values).on_conflict_do_nothing())


async def list_messages(session: AsyncSession, wanted: MessageFilter) -> Sequence[MessageRow]:
    """Return up to ``limit`` + 1 messages of the agencies, newest first."""
    statement = select(MessageRow).where(MessageRow.agency.in_(wanted.agencies))
    if wanted.dossier_code is not None:
        statement = statement.where(MessageRow.dossier_code == wanted.dossier_code)
    if wanted.status is not None:
        statement = statement.where(MessageRow.status == wanted.status)
    if wanted.before is not None:
        statement = statement.where(MessageRow.id < wanted.before)
    statement = statement.order_by(MessageRow.id.desc()).limit(wanted.limit + 1)
    return (await session.scalars(statement)).all()


async def addresses_of(
    session: AsyncSession, dossier_codes: Sequence[str]
) -> Mapping[str, str | None]:
    """Return the address of each dossier's payer."""
    rows = await session.execute(
        select(RecipientRow.dossier_code, RecipientRow.email).where(
            RecipientRow.dossier_code.in_(dossier_codes)
        )
    )
    return dict(list(rows))


def insert_audit(session: AsyncSession, row: AuditRow) -> None:
    """Record what a person did."""
    session.add(row)

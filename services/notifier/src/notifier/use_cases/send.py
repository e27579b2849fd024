"""Sending: a due message is taken, tried, and marked; a person may send one again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from notifier import repository
from notifier.domain import (
    LEASE,
    LIFECYCLE,
    Letter,
    MessageFilter,
    MessageNotFoundError,
    NotDeliveredError,
    Trigger,
    next_try,
)
from notifier.tables import AttemptRow, MessageRow
from notifier.use_cases.queue import NOTICES
from shared.contracts.envelope import Cause
from shared.contracts.notification import MessageChannel, NotificationFailed, NotificationSent
from shared.db.tables import AuditRow
from shared.ids import new_id
from shared.outbox import emit


@dataclass(frozen=True)
class Taken:
    """A due message; ``letter`` is None where it has nowhere to go after all."""

    letter: Letter | None


@dataclass(frozen=True)
class MessagePage:
    """One page of messages; ``next_before`` names where the next one begins."""

    messages: Sequence[MessageRow]
    addresses: Mapping[str, str | None]
    next_before: UUID | None


@dataclass(frozen=True)
class Actor:
    """The member of staff who acts."""

    subject: str
    agencies: tuple[str, ...]


async def take_due_message(
    session: AsyncSession, only: UUID | None, *, now: datetime
) -> Taken | None:
    """Take the message that is due longest, or ``only``; None when there is none."""
    message = await repository.claim_due_message(session, only, now=now, lease=LEASE)
    if message is None:
        return None
    address = await repository.read_address(session, message.dossier_code)
    for trigger in (Trigger.TIME_IS_UP, Trigger.ADDRESS_FORGOTTEN):
        if address is None and LIFECYCLE.allows(message.status, trigger):
            message.status = LIFECYCLE.next(message.status, trigger)
            message.due_at = None
            return Taken(None)
    if address is None or not LIFECYCLE.allows(message.status, Trigger.TRY_FAILED):
        message.due_at = None
        return Taken(None)
    message.attempts += 1
    letter = Letter(
        id=message.id,
        dossier_code=message.dossier_code,
        template=message.template,
        notice=NOTICES[message.template].validate_python(message.content),
        address=address,
        made_at=message.made_at,
    )
    return Taken(letter)


async def mark_sent(session: AsyncSession, message_id: UUID, *, now: datetime) -> None:
    """Record that the mail server took the letter, also where it was given up meanwhile."""
    message = await repository.lock_message(session, message_id)
    if message is None or not LIFECYCLE.allows(message.status, Trigger.DELIVERED):
        return
    message.status = LIFECYCLE.next(message.status, Trigger.DELIVERED)
    message.sent_at = now
    message.due_at = None
    message.error_code = None
    fact = NotificationSent(
        dossier_code=message.dossier_code,
        notification_id=message.id,
        template=message.template,
        channel=MessageChannel.EMAIL,
        cause=message.cause,
        attempts=message.attempts,
    )
    await emit(session, fact, cause=_cause(message), agency=message.agency, now=now)


async def mark_failed(
    session: AsyncSession, message_id: UUID, failure: NotDeliveredError, *, now: datetime
) -> None:
    """Record a failed try; the next one follows later, or the message is given up."""
    message = await repository.lock_message(session, message_id)
    if message is None or not LIFECYCLE.allows(message.status, Trigger.TRY_FAILED):
        return
    message.error_code = failure.error_code
    await repository.insert_attempt(
        session,
        AttemptRow(
            message_id=message.id, number=message.attempts, at=now, error_code=failure.error_code
        ),
    )
    due_at = None if failure.is_final else next_try(message.attempts, now)
    if due_at is not None:
        message.status = LIFECYCLE.next(message.status, Trigger.TRY_FAILED)
        message.due_at = due_at
        return
    message.status = LIFECYCLE.next(message.status, Trigger.GIVEN_UP)
    message.due_at = None
    fact = NotificationFailed(
        dossier_code=message.dossier_code,
        notification_id=message.id,
        template=message.template,
        channel=MessageChannel.EMAIL,
        cause=message.cause,
        attempts=message.attempts,
        error_code=failure.error_code,
    )
    await emit(session, fact, cause=_cause(message), agency=message.agency, now=now)


async def send_again(
    session: AsyncSession, message_id: UUID, *, actor: Actor, now: datetime
) -> str:
    """Queue a message that was given up or skipped, because a person asks; return its dossier.

    Raises MessageNotFoundError for a message of another agency, IllegalStepError where there is
    nothing to send again.
    """
    message = await repository.lock_message(session, message_id)
    if message is None or message.agency not in actor.agencies:
        raise MessageNotFoundError
    message.status = LIFECYCLE.next(message.status, Trigger.SENT_AGAIN)
    message.due_at = now
    repository.insert_audit(
        session,
        AuditRow(
            id=new_id(),
            at=now,
            actor=actor.subject,
            act="notification.send_again",
            subject=message.dossier_code,
            reason=None,
            details={"message_id": str(message.id)},
        ),
    )
    return message.dossier_code


async def list_messages(session: AsyncSession, wanted: MessageFilter) -> MessagePage:
    """Return a page of the messages that the agencies' staff may see, newest first."""
    rows = await repository.list_messages(session, wanted)
    shown = rows[: wanted.limit]
    return MessagePage(
        messages=shown,
        addresses=await repository.addresses_of(session, [row.dossier_code for row in shown]),
        next_before=shown[-1].id if len(rows) > len(shown) else None,
    )


def _cause(message: MessageRow) -> Cause:
    return Cause(correlation_id=message.correlation_id, causation_id=message.cause)

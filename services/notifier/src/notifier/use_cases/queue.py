"""Queueing: facts become messages, and messages find their address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from notifier import repository
from notifier.domain import (
    LIFECYCLE,
    TOO_OLD,
    WAIT_FOR_FILE,
    ErrorNotice,
    Notice,
    ReceiptNotice,
    RefundNotice,
    Status,
    Template,
    Trigger,
    allowed,
    deliverable,
    is_too_old,
)
from notifier.tables import MessageRow, RecipientRow
from shared import parked
from shared.ids import new_id

NOTICES: Final[Mapping[Template, TypeAdapter[Any]]] = {
    Template.RECEIPT_ISSUED: TypeAdapter(ReceiptNotice),
    Template.REFUND_SETTLED: TypeAdapter(RefundNotice),
    Template.ERROR_NOTICED: TypeAdapter(ErrorNotice),
}
"""What each kind of message says."""
PAYER: Final = "payer"


@dataclass(frozen=True)
class Told:
    """Where a message comes from: the fact that it retells."""

    fact_id: UUID
    dossier_code: str
    agency: str
    correlation_id: UUID
    happened_at: datetime


@dataclass(frozen=True)
class _About:
    """What a new message is about."""

    template: Template
    subject_id: UUID
    notice: Notice
    ready_at: datetime


@dataclass(frozen=True)
class Stated:
    """What lephi.party says of a dossier's payer, and in which place."""

    dossier_code: str
    email: str | None
    sequence: int


async def queue_receipt(
    session: AsyncSession, notice: ReceiptNotice, told: Told, *, now: datetime
) -> None:
    """Make the message about a receipt: once per fact and person, whatever is repeated."""
    about = _About(Template.RECEIPT_ISSUED, notice.receipt_id, notice, now + WAIT_FOR_FILE)
    await _queue(session, about, told, now=now)


async def queue_refund(
    session: AsyncSession, notice: RefundNotice, told: Told, *, now: datetime
) -> None:
    """Make the message about money that went back: once per fact and person."""
    about = _About(Template.REFUND_SETTLED, notice.refund_id, notice, now)
    await _queue(session, about, told, now=now)


async def queue_error(
    session: AsyncSession, notice: ErrorNotice, told: Told, *, now: datetime
) -> None:
    """Make the message about a notice of error: once per fact and person."""
    await _queue(
        session, _About(Template.ERROR_NOTICED, notice.notice_id, notice, now), told, now=now
    )


async def _queue(session: AsyncSession, about: _About, told: Told, *, now: datetime) -> None:
    recipient = await repository.lock_recipient(session, told.dossier_code)
    message = await repository.insert_message(
        session,
        {
            "id": new_id(),
            "cause": told.fact_id,
            "template": about.template,
            "person": PAYER,
            "subject_id": about.subject_id,
            "dossier_code": told.dossier_code,
            "agency": told.agency,
            "correlation_id": told.correlation_id,
            "content": NOTICES[about.template].dump_python(about.notice, mode="json"),
            "status": LIFECYCLE.initial,
            "attempts": 0,
            "happened_at": told.happened_at,
            "made_at": now,
            "ready_at": about.ready_at,
        },
    )
    if message is not None:
        _find_address(message, recipient, now=now)


async def hear_party(session: AsyncSession, stated: Stated, *, now: datetime) -> None:
    """Keep where the payer can be reached, and let messages go that waited for it.

    A dossier whose people are to be forgotten keeps nothing, also when an older fact comes late;
    nor does a repeated older statement undo a newer one (reliability.md 6.8).
    """
    dossier_code = stated.dossier_code
    recipient = await repository.lock_recipient(session, dossier_code)
    if recipient.redacted_at is not None or stated.sequence <= recipient.sequence:
        return
    recipient.stated_at = now
    recipient.sequence = stated.sequence
    recipient.email = deliverable(stated.email)
    waiting = allowed(list(Status), Trigger.ADDRESS_KNOWN)
    for message in await repository.lock_messages_of(session, dossier_code, waiting):
        _find_address(message, recipient, now=now)


async def forget_party(
    session: AsyncSession, dossier_code: str, *, redacted_at: datetime, by: str
) -> None:
    """Clear the address for good; what was not sent is not sent any more.

    PartyRedacted and the tombstone say the same; either may be heard first.
    """
    recipient = await repository.lock_recipient(session, dossier_code)
    recipient.email = None
    recipient.redacted_at = recipient.redacted_at or redacted_at
    await parked.delete_bodies_of(session, dossier_code, by=by, now=redacted_at)
    unsent = allowed(list(Status), Trigger.ADDRESS_FORGOTTEN)
    for message in await repository.lock_messages_of(session, dossier_code, unsent):
        message.status = LIFECYCLE.next(message.status, Trigger.ADDRESS_FORGOTTEN)
        message.due_at = None


async def file_ready(session: AsyncSession, receipt_id: UUID, *, now: datetime) -> None:
    """Let the messages about a receipt go: its link now opens the file."""
    for message in await repository.lock_messages_about(session, receipt_id):
        message.ready_at = min(message.ready_at, now)
        if message.attempts == 0 and LIFECYCLE.allows(message.status, Trigger.DELIVERED):
            message.due_at = message.due_at and now


def _find_address(message: MessageRow, recipient: RecipientRow, *, now: datetime) -> None:
    """Decide whether a message can go, waits, or has nowhere to go."""
    if is_too_old(message.happened_at, now):
        _move(message, Trigger.TOO_OLD, due_at=None)
    elif recipient.email is not None:
        _move(message, Trigger.ADDRESS_KNOWN, due_at=max(now, message.ready_at))
    elif recipient.stated_at is not None or recipient.redacted_at is not None:
        _move(message, Trigger.NONE_GIVEN, due_at=None)
    else:
        message.due_at = message.happened_at + TOO_OLD + timedelta(seconds=1)


def _move(message: MessageRow, trigger: Trigger, *, due_at: datetime | None) -> None:
    """Take the step if there is one: a message that has no address stays so for want of one."""
    if LIFECYCLE.allows(message.status, trigger):
        message.status = LIFECYCLE.next(message.status, trigger)
        message.due_at = due_at

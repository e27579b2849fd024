"""Messages that wait (tin bị giữ): what an operator may read and do with them, in every service."""

import base64
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from shared import parked
from shared.clock import utc_now
from shared.db.tables import AuditRow
from shared.ids import new_id
from shared.web.identity import Role, SignedIn, User, allow
from shared.web.request import Transaction

_READERS = (Role.OPERATOR, Role.AUDITOR)


class ParkedMessage(BaseModel):
    """One message that waits, without its body: that may hold people, and is read one by one."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    consumer: str
    topic: str
    partition: int
    offset: int
    key: str
    reason_code: str
    detail: str
    state: str
    blocks: bool
    tries: int
    sent_at: datetime
    parked_at: datetime
    due_at: datetime | None
    decided_by: str | None
    body_deleted_at: datetime | None


class OpenedMessage(ParkedMessage):
    """One message with its body in base64, because it may be no text at all."""

    body: str | None


class ParkedPage(BaseModel):
    """One page of them, oldest first; ``after`` leads to the next one."""

    items: list[ParkedMessage]
    after: UUID | None


class Reason(BaseModel):
    """Why a person decides so; goes to the audit record."""

    reason: Annotated[str, Field(min_length=3, max_length=500)]


def parked_router(service: str) -> APIRouter:
    """Return the doors to the messages that ``service`` could not take."""
    router = APIRouter(prefix=f"/api/{service}/v1/parked", tags=["parked"])
    router.get("", dependencies=[allow(*_READERS)])(list_messages)
    router.get("/{parked_id}", dependencies=[allow(*_READERS)])(read_message)
    router.post("/{parked_id}/release", status_code=204, dependencies=[allow(Role.OPERATOR)])(
        release_message
    )
    router.post("/{parked_id}/discard", status_code=204, dependencies=[allow(Role.OPERATOR)])(
        discard_message
    )
    return router


async def list_messages(
    session: Transaction,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ParkedPage:
    """Return the messages that wait, oldest first."""
    rows = await parked.list_parked(session, after=after, limit=limit)
    last = rows[-1].id if len(rows) == limit else None
    return ParkedPage(items=[ParkedMessage.model_validate(row) for row in rows], after=last)


async def read_message(session: Transaction, user: SignedIn, parked_id: UUID) -> OpenedMessage:
    """Return one message with its body; who read it is recorded, for it may hold people."""
    row = await parked.find(session, parked_id)
    opened = parked.open_body(session, row)
    body = None if opened is None else base64.b64encode(opened).decode()
    session.add(_audit(user, "parked.read", parked_id, None))
    fields = {name: getattr(row, name) for name in ParkedMessage.model_fields}
    return OpenedMessage(**fields, body=body)


async def release_message(
    session: Transaction, user: SignedIn, parked_id: UUID, body: Reason
) -> None:
    """Have the message tried again."""
    await parked.release(session, parked_id, by=user.subject)
    session.add(_audit(user, "parked.release", parked_id, body.reason))


async def discard_message(
    session: Transaction, user: SignedIn, parked_id: UUID, body: Reason
) -> None:
    """Have the message dropped; later ones of its key go on."""
    await parked.discard(session, parked_id, by=user.subject)
    session.add(_audit(user, "parked.discard", parked_id, body.reason))


def _audit(user: User, act: str, parked_id: UUID, reason: str | None) -> AuditRow:
    return AuditRow(
        id=new_id(), at=utc_now(), actor=user.subject, act=act, subject=str(parked_id),
        reason=reason, details={},
    )  # fmt: skip

"""A record of a kept stream, and what its bytes say."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from shared.contracts.messaging import (
    MessageDiscarded,
    MessageParked,
    MessageReleased,
    OutboxCheckpoint,
)
from shared.contracts.ops import ArchiveCheckpoint

CHECKPOINTS: Final = frozenset({ArchiveCheckpoint.type, OutboxCheckpoint.type})
"""Facts about the streams themselves: they do not make a stream worth another checkpoint."""

NO_AGENCY: Final = "-"
"""Stands in an envelope whose fact belongs to no agency."""


class Head(BaseModel):
    """What the archive copies out of an envelope; a body of any version will do."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: UUID
    source: str
    type: str
    subject: str
    sequence: int
    time: AwareDatetime
    causationid: UUID
    data: dict[str, Any]


@dataclass(frozen=True)
class Record:
    """One record as it came, and where it stands."""

    topic: str
    partition: int
    offset: int
    body: bytes | None
    head: Head | None
    """None where the bytes are no envelope; they are archived all the same."""


@dataclass(frozen=True)
class ParkedMessage:
    """A message that a consumer put aside, named by where it was read."""

    consumer: str
    topic: str
    partition: int
    offset: int
    owner: str
    key: str | None
    reason_code: str
    parked_at: datetime


def read_head(body: bytes | None) -> Head | None:
    """Return what ``body`` says about itself; None if it is no envelope."""
    try:
        return Head.model_validate_json(body or b"")
    except ValidationError:
        return None


def parked_message(head: Head) -> ParkedMessage | None:
    """Return the message that a fact about parking speaks of; None for other facts."""
    try:
        match head.type:
            case MessageParked.type:
                fact: MessageParked | MessageReleased | MessageDiscarded
                fact = MessageParked.model_validate(head.data)
            case MessageReleased.type:
                fact = MessageReleased.model_validate(head.data)
            case MessageDiscarded.type:
                fact = MessageDiscarded.model_validate(head.data)
            case _:
                return None
    except ValidationError:
        return None
    return ParkedMessage(
        consumer=fact.consumer,
        topic=fact.topic_name,
        partition=fact.partition,
        offset=fact.offset,
        owner=head.source.rpartition("/")[2],
        key=fact.key,
        reason_code=fact.reason_code,
        parked_at=head.time,
    )


def is_parked(head: Head) -> bool:
    """Tell whether the fact puts a message aside, rather than ending its wait."""
    return head.type == MessageParked.type

"""Bodies of JSON that ops answers with; never stored, never published."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from ops.domain.archive import ParkedMessage
from ops.domain.proofs import ProofStatus
from ops.domain.timeline import Wait
from ops.use_cases import Proof, Timeline


class TimelineEvent(BaseModel):
    """One fact of a dossier."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    type: str
    topic: str
    partition: int
    offset: int
    sequence: int
    time: datetime
    archived_at: datetime
    amount_vnd: int | None
    detail: str | None


class AwaitedFact(BaseModel):
    """Something that has not happened yet."""

    model_config = ConfigDict(from_attributes=True)

    what: Wait
    since: datetime


class TimelineBody(BaseModel):
    """Everything that happened to a dossier, in order of time."""

    dossier_code: str
    events: list[TimelineEvent]
    awaited: list[AwaitedFact]

    @classmethod
    def of(cls, timeline: Timeline) -> Self:
        """Return ``timeline`` as it is answered."""
        return cls(
            dossier_code=timeline.dossier_code,
            events=[TimelineEvent.model_validate(entry) for entry in timeline.entries],
            awaited=[AwaitedFact.model_validate(each) for each in timeline.awaited],
        )


class ParkedMessageBody(BaseModel):
    """A message that a consumer has put aside."""

    model_config = ConfigDict(from_attributes=True)

    owner: str
    consumer: str
    topic: str
    partition: int
    offset: int
    key: str | None
    reason_code: str
    parked_at: datetime


class ParkedMessages(BaseModel):
    """What is parked anywhere, longest wait first."""

    items: list[ParkedMessageBody]

    @classmethod
    def of(cls, messages: list[ParkedMessage]) -> Self:
        """Return ``messages`` as they are answered."""
        return cls(items=[ParkedMessageBody.model_validate(message) for message in messages])


class ProofBody(BaseModel):
    """The newest run of the proof, and what the last finished one found."""

    status: ProofStatus | None
    asked_at: datetime | None
    report: dict[str, Any] | None

    @classmethod
    def of(cls, proof: Proof) -> Self:
        """Return ``proof`` as it is answered."""
        return cls(status=proof.status, asked_at=proof.asked_at, report=proof.report)

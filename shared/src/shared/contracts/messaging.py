"""Facts that every owner says about its own messaging, on its own topic.

``topic`` and ``source`` are empty here: whoever emits one passes its own.
"""

from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.contracts.envelope import Code, Event
from shared.contracts.ops import Offset, PartitionNumber, ReplayResult, TopicName
from shared.contracts.parts import Count


class ReplayState(StrEnum):
    """Where a running replay stands."""

    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"


class _AboutPartition(Event):
    """A fact about a topic's partition; the field is ``topic`` on the wire."""

    model_config = ConfigDict(
        validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )

    topic: ClassVar[str] = ""
    source: ClassVar[str] = ""

    topic_name: Annotated[TopicName, Field(alias="topic")]
    partition: PartitionNumber

    @property
    def subject(self) -> str:
        """Return ``<topic>/<partition>``."""
        return f"{self.topic_name}/{self.partition}"


class _ParkedFact(_AboutPartition):
    """A fact about one message that waits, named by where it was read."""

    consumer: Code
    offset: Offset
    key: Code | None = None
    """The message's key, where it has the form of one."""
    reason_code: Code

    @property
    def subject(self) -> str:
        """Return the message's key, else where it was read."""
        return self.key or super().subject


class MessageParked(_ParkedFact):
    """A message was put aside (gác lại), and later ones of its key wait behind it.

    Heard by ops, whose board shows it until it is released or discarded.
    """

    type: ClassVar[str] = "vn.lephi.MessageParked.v1"


class MessageReleased(_ParkedFact):
    """A parked message has taken effect; heard by ops."""

    type: ClassVar[str] = "vn.lephi.MessageReleased.v1"


class MessageDiscarded(_ParkedFact):
    """A person gave a parked message up; heard by ops."""

    type: ClassVar[str] = "vn.lephi.MessageDiscarded.v1"


class OutboxCheckpoint(_AboutPartition):
    """``count`` facts were said on this partition so far, the last of them ``last_id``.

    Said each minute when something changed; a reader whose count differs has missed something.
    """

    type: ClassVar[str] = "vn.lephi.OutboxCheckpoint.v1"

    count: Count
    last_id: UUID


class ReplayProgressed(Event):
    """How far a replay has come at its owner; heard by ops."""

    type: ClassVar[str] = "vn.lephi.ReplayProgressed.v1"
    topic: ClassVar[str] = ""
    source: ClassVar[str] = ""

    replay_id: UUID
    done: Count
    total: Count
    state: ReplayState
    result: ReplayResult | None = None

    @property
    def subject(self) -> str:
        """Return the replay's id."""
        return str(self.replay_id)

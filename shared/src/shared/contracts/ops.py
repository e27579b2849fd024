"""Facts of ``lephi.ops``, heard by all: parked messages, replays, the archive's progress."""

from enum import StrEnum
from typing import Annotated, ClassVar, Final
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from shared.contracts.envelope import Code, Event, Part
from shared.contracts.parts import Count, Sha256, StaffId

TOPIC: Final = "lephi.ops"
SOURCE: Final = "/lephi/ops"

TopicName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9.-]{0,62}$")]
PartitionNumber = Annotated[int, Field(strict=True, ge=0, le=999)]
Offset = Annotated[int, Field(strict=True, ge=0)]


class ReplayKind(StrEnum):
    """The four replays (phát lại); they share no code path by accident (reliability 6.12)."""

    REBUILD = "rebuild"
    REDELIVER = "redeliver"
    REPUBLISH = "republish"
    PARTNER = "partner"


class ReplayResult(StrEnum):
    """How a replay ended."""

    DONE = "done"
    EQUAL = "equal"
    DIFFERENT = "different"
    FAILED = "failed"


class OperatorReason(StrEnum):
    """Why an operator acts; the words stay with the owner."""

    CAUSE_REMOVED = "cause_removed"
    CORRECTED = "corrected"
    NOT_NEEDED = "not_needed"
    UNREADABLE = "unreadable"
    DATA_LOST = "data_lost"
    CODE_CHANGED = "code_changed"
    DRILL = "drill"


class OffsetRange(Part):
    """Offsets of one partition: ``first`` ≤ offset < ``end``."""

    topic: TopicName
    partition: PartitionNumber
    first: Offset
    end: Offset


class ReplayRange(Part):
    """What a replay covers; an absent bound is open."""

    from_at: AwareDatetime | None = None
    to_at: AwareDatetime | None = None
    dossier_code: Code | None = None
    offsets: tuple[OffsetRange, ...] = ()


class ReplayCounts(Part):
    """What a replay's plan found, or its run did."""

    events: Count
    dossiers: Count
    changes: Count = 0


class _ParkedRequest(Event):
    """An operator's decision about one parked message, named by where it was read."""

    model_config = ConfigDict(
        validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )

    consumer: Code
    topic_name: Annotated[TopicName, Field(alias="topic")]
    partition: PartitionNumber
    offset: Offset
    correction_id: UUID | None = None
    reason_code: OperatorReason
    by: StaffId

    @property
    def subject(self) -> str:
        """Return ``<topic>/<partition>`` of the parked message."""
        return f"{self.topic_name}/{self.partition}"


class ParkedRetryRequested(_ParkedRequest):
    """Try a parked message again, corrected or as it came; its consumer's service obeys."""

    type: ClassVar[str] = "vn.lephi.ParkedRetryRequested.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE


class ParkedDiscardRequested(_ParkedRequest):
    """Give a parked message up, with a reason; its consumer's service obeys."""

    type: ClassVar[str] = "vn.lephi.ParkedDiscardRequested.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE


class _ReplayFact(Event):
    """What every fact of a replay carries: the plan, by its hash, and who asked for it."""

    replay_id: UUID
    kind: ReplayKind
    consumer: Code
    streams: Annotated[tuple[TopicName, ...], Field(min_length=1)]
    range: ReplayRange
    plan_sha256: Sha256
    """Approval is of this very plan; a plan that has changed is refused."""
    reason_code: OperatorReason
    requested_by: StaffId
    approved_by: StaffId | None = None
    counts: ReplayCounts | None = None
    result: ReplayResult | None = None

    @property
    def subject(self) -> str:
        """Return the replay's id."""
        return str(self.replay_id)


class ReplayRequested(_ReplayFact):
    """An operator asks for a planned replay; a second one must approve it."""

    type: ClassVar[str] = "vn.lephi.ReplayRequested.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE


class ReplayApproved(_ReplayFact):
    """A second operator approved the plan; the owner of the consumer runs it."""

    type: ClassVar[str] = "vn.lephi.ReplayApproved.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE


class ReplayPaused(_ReplayFact):
    """The replay stops after the chunk in hand, until it is resumed."""

    type: ClassVar[str] = "vn.lephi.ReplayPaused.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE


class ReplayResumed(_ReplayFact):
    """A paused replay goes on."""

    type: ClassVar[str] = "vn.lephi.ReplayResumed.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE


class ReplayCancelled(_ReplayFact):
    """The replay ends before its time; what it did so far stays."""

    type: ClassVar[str] = "vn.lephi.ReplayCancelled.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE


class ReplayFinished(_ReplayFact):
    """The replay ended, with its counts and its result."""

    type: ClassVar[str] = "vn.lephi.ReplayFinished.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE


class ArchiveCheckpoint(Event):
    """Everything of a partition below ``offset`` is in the archive.

    Said each minute for every partition that grew; owners may prune their outbox up to there.
    """

    model_config = ConfigDict(
        validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )

    type: ClassVar[str] = "vn.lephi.ArchiveCheckpoint.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    topic_name: Annotated[TopicName, Field(alias="topic")]
    partition: PartitionNumber
    offset: Offset

    @property
    def subject(self) -> str:
        """Return ``<topic>/<partition>``."""
        return f"{self.topic_name}/{self.partition}"

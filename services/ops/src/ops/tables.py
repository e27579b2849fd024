"""The decision tables of ops: the archive, what is parked, measurements, proofs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from ops.domain.figures import WorkKind
from ops.domain.proofs import ProofStatus
from shared.db.metadata import TYPE_MAP, new_metadata


class Base(DeclarativeBase):
    """Tables of this service."""

    metadata = new_metadata()
    type_annotation_map = TYPE_MAP


class ArchiveRow(Base):
    """One record of a kept stream (lưu trữ), byte for byte; rows are only ever inserted.

    What the envelope says is copied beside the bytes so that it can be searched; it is absent
    where the bytes are no envelope.
    """

    __tablename__ = "archive"
    __table_args__ = (Index("archive_subject", "subject", "time"), Index("archive_id", "id"))

    topic: Mapped[str] = mapped_column(primary_key=True)
    partition: Mapped[int] = mapped_column(primary_key=True)
    offset: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[bytes | None]
    id: Mapped[UUID | None]
    type: Mapped[str | None]
    subject: Mapped[str | None]
    sequence: Mapped[int | None]
    time: Mapped[datetime | None]
    archived_at: Mapped[datetime]


class StreamRow(Base):
    """How far one partition is archived; counted in the transaction that archives."""

    __tablename__ = "stream"

    topic: Mapped[str] = mapped_column(primary_key=True)
    partition: Mapped[int] = mapped_column(primary_key=True)
    events: Mapped[int]
    last_time: Mapped[datetime | None]
    grown: Mapped[bool]
    """Something but checkpoints was archived since the last ArchiveCheckpoint."""
    checkpoint_offset: Mapped[int] = mapped_column(server_default="0")


class ParkedMessageRow(Base):
    """A message that some consumer has put aside (tin bị giữ), as its owner announced it."""

    __tablename__ = "parked_message"

    consumer: Mapped[str] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(primary_key=True)
    partition: Mapped[int] = mapped_column(primary_key=True)
    offset: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str]
    """The service whose consumer it is."""
    key: Mapped[str | None]
    reason_code: Mapped[str]
    parked_at: Mapped[datetime]


class BacklogRow(Base):
    """How far a consumer was behind a stream when last measured."""

    __tablename__ = "backlog"

    consumer: Mapped[str] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(primary_key=True)
    lag: Mapped[int]
    measured_at: Mapped[datetime]


class UnsentRow(Base):
    """What waited in a service's outbox when last measured."""

    __tablename__ = "unsent"

    service: Mapped[str] = mapped_column(primary_key=True)
    facts: Mapped[int]
    oldest_at: Mapped[datetime | None]
    measured_at: Mapped[datetime]


class UnansweredRow(Base):
    """What a partner had not acknowledged when last measured."""

    __tablename__ = "unanswered"

    partner: Mapped[str] = mapped_column(primary_key=True)
    facts: Mapped[int]
    oldest_at: Mapped[datetime | None]
    measured_at: Mapped[datetime]


class HeldUpRow(Base):
    """What waited of receipt's series, numbers, files and daily tables when last measured."""

    __tablename__ = "held_up"

    kind: Mapped[WorkKind] = mapped_column(primary_key=True)
    waiting: Mapped[int]
    failing: Mapped[int]
    oldest_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    measured_at: Mapped[datetime]


class ProofRow(Base):
    """One run of the proof: asked for, then its report (chứng minh)."""

    __tablename__ = "proof"
    __table_args__ = (
        Index("proof_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index("proof_waiting", "status", unique=True, postgresql_where=text("status = 'waiting'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    status: Mapped[ProofStatus]
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    """Opaque id of the operator; ``system`` for the hourly run."""
    due_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    report: Mapped[dict[str, Any] | None]

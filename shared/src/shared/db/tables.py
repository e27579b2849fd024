"""The messaging tables of every service; column names as Debezium's outbox router expects them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Identity,
    Index,
    SmallInteger,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.metadata import MessagingBase


class OutboxRow(MessagingBase):
    """One fact, stored in the transaction that caused it; marked once Kafka has it."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_unpublished", "position", postgresql_where=text("published_at IS NULL")),
        {"postgresql_with": {"fillfactor": 90}},
    )

    position: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    partition: Mapped[int] = mapped_column(SmallInteger)
    aggregatetype: Mapped[str]
    aggregateid: Mapped[str]
    type: Mapped[str]
    topic: Mapped[str]
    payload: Mapped[str | None]
    """The envelope's JSON; None is a tombstone of a compacted topic."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    published_at: Mapped[datetime | None]
    kafka_partition: Mapped[int | None]
    kafka_offset: Mapped[int | None]


class OutboxSubjectRow(MessagingBase):
    """How many facts were said of one subject on one topic; its lock orders them."""

    __tablename__ = "outbox_subject"

    topic: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    last_sequence: Mapped[int]


class InboxRow(MessagingBase):
    """A message that took effect; it saves work, the natural keys decide."""

    __tablename__ = "inbox"

    consumer: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class ConsumerOffsetRow(MessagingBase):
    """Where a consumer goes on in one partition: the truth; Kafka's own offset is a report."""

    __tablename__ = "consumer_offset"

    consumer: Mapped[str] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(primary_key=True)
    partition: Mapped[int] = mapped_column(primary_key=True)
    next_offset: Mapped[int]
    last_event_id: Mapped[UUID | None]


class ParkedRow(MessagingBase):
    """A message that waits (gác lại), in the order of its key, with the reason."""

    __tablename__ = "parked"
    __table_args__ = (
        UniqueConstraint("consumer", "topic", "partition", "offset"),
        Index("parked_key", "consumer", "topic", "key", "offset"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    consumer: Mapped[str]
    topic: Mapped[str]
    partition: Mapped[int]
    offset: Mapped[int]
    key: Mapped[str]
    reason_code: Mapped[str]
    detail: Mapped[str]
    state: Mapped[str]
    """``waiting``; ``behind`` another of its key; ``release`` or ``discard``, as a person said."""
    blocks: Mapped[bool]
    """Later messages of the key wait behind it."""
    body: Mapped[bytes | None]
    """Encrypted; None is a tombstone, or a body that was deleted."""
    body_deleted_at: Mapped[datetime | None]
    """When the body was deleted for the people in it; then only its place and reason are left."""
    headers: Mapped[dict[str, str]] = mapped_column(JSONB)
    sent_at: Mapped[datetime]
    parked_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    """When it is tried again by itself; None: a person decides."""
    tries: Mapped[int]
    decided_by: Mapped[str | None]


class ViewStateRow(MessagingBase):
    """Which versions of its views this database holds."""

    __tablename__ = "view_state"

    consumer: Mapped[str] = mapped_column(primary_key=True)
    signature: Mapped[str]


class AuditRow(MessagingBase):
    """Who did what, when and why; rows are only ever inserted."""

    __tablename__ = "audit"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    """The opaque subject id of a member of staff."""
    act: Mapped[str]
    subject: Mapped[str]
    reason: Mapped[str | None]
    details: Mapped[dict[str, str]] = mapped_column(JSONB, server_default=text("'{}'"))


class ApprovalRow(MessagingBase):
    """One act that needs a second person (duyệt hai người): who asked, for what, who decided.

    The database itself refuses a decision by the person who asked, a second open request about
    the same subject, and any later change of what was asked or decided.
    """

    __tablename__ = "approval"
    __table_args__ = (
        CheckConstraint(
            "state NOT IN ('approved', 'declined') OR decided_by <> requested_by",
            name="second_person",
        ),
        CheckConstraint(
            "(state = 'requested') = (decided_at IS NULL)"
            " AND (decided_at IS NULL) = (decided_by IS NULL)",
            name="decided",
        ),
        Index(
            "approval_open", "act", "subject", unique=True,
            postgresql_where=text("state = 'requested'"),
        ),
        Index("approval_subject", "act", "subject", "requested_at"),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    act: Mapped[str]
    """What is to be done, in the owner's words: ``tariff.change``, ``refund.pay``."""
    subject: Mapped[str]
    """What it is done to: a code or an id."""
    agency_code: Mapped[str | None]
    """Whose people may decide; None: the act belongs to no single agency."""
    plan: Mapped[dict[str, Any]]
    """Everything that the act will do; approved is this and nothing else."""
    plan_sha256: Mapped[str]
    reason: Mapped[str]
    state: Mapped[str]
    """``requested``, ``approved``, ``declined`` or ``withdrawn``."""
    requested_by: Mapped[str]
    requested_by_name: Mapped[str]
    requested_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_by_name: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None]

"""Decision tables of notifier: messages, their tries, and the addresses they go to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from notifier.domain import Status, Template
from shared.db.metadata import TYPE_MAP, new_metadata


class Base(DeclarativeBase):
    """Tables of this service."""

    metadata = new_metadata()
    type_annotation_map = TYPE_MAP


class RecipientRow(Base):
    """Where the payer of a dossier can be reached: the only copy; cleared when it is forgotten."""

    __tablename__ = "recipient"

    dossier_code: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str | None]
    sequence: Mapped[int] = mapped_column(server_default=text("0"))
    """Of the statement that was kept: an older one that is repeated does not win."""
    stated_at: Mapped[datetime | None]
    """When the person was last heard of; None while only the lock is needed."""
    redacted_at: Mapped[datetime | None]
    """Once set, no address is ever stored again for this dossier."""


class MessageRow(Base):
    """One message to one person; ``id`` is also what the mail server tells repeats by."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("cause", "template", "person"),
        Index("ix_message_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index("ix_message_dossier_code", "dossier_code"),
        Index("ix_message_agency", "agency", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    cause: Mapped[UUID]
    """Id of the fact that it retells."""
    template: Mapped[Template]
    person: Mapped[str]
    """The part the person has in the dossier: ``payer``."""
    subject_id: Mapped[UUID]
    """What it is about: the receipt."""
    dossier_code: Mapped[str]
    agency: Mapped[str]
    """The receiving agency; its staff see the message."""
    correlation_id: Mapped[UUID]
    content: Mapped[dict[str, Any]]
    status: Mapped[Status]
    attempts: Mapped[int]
    error_code: Mapped[str | None]
    happened_at: Mapped[datetime]
    """When the fact was said."""
    made_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    ready_at: Mapped[datetime]
    """Not sent before: the receipt's file is there, or was waited for long enough."""
    due_at: Mapped[datetime | None]
    """When to try next; None when there is nothing left to do."""


class AttemptRow(Base):
    """One try that failed, with its reason; a success is the message's own."""

    __tablename__ = "attempt"

    message_id: Mapped[UUID] = mapped_column(ForeignKey("message.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    error_code: Mapped[str]

"""Records of Kafka, parked rows and messages: one form into the other; and who hears a message."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from shared.db.tables import ParkedRow
from shared.dossier_code import InvalidDossierCodeError, parse_dossier_code
from shared.parked import Record
from shared.subscriptions import Message, Subscription

OURS: Final = "lephi."
"""How the names of our own topics begin."""

ByType = Mapping[tuple[str, str], Subscription]
ByTopic = Mapping[str, Subscription]


def index(
    subscriptions: Sequence[Subscription],
) -> tuple[dict[tuple[str, str], Subscription], dict[str, Subscription]]:
    """Return who hears each (topic, type), and who hears whole topics."""
    by_type: dict[tuple[str, str], Subscription] = {}
    by_topic: dict[str, Subscription] = {}
    for each in subscriptions:
        for topic in each.topics:
            if each.event_type is None:
                by_topic[topic] = each
            elif (topic, each.event_type) in by_type:
                raise ValueError(f"two handlers for {each.event_type}")
            else:
                by_type[topic, each.event_type] = each
    return by_type, by_topic


def find(by_type: ByType, by_topic: ByTopic, message: Message) -> Subscription | None:
    """Return who hears ``message``; None if nobody does."""
    everything = by_topic.get(message.topic)
    if everything is not None:
        return everything
    return by_type.get((message.topic, message.event_type or ""))


def of_kafka(record: Any) -> Message:  # noqa: ANN401 - aiokafka has no types
    """Return a record of aiokafka as a message."""
    return Message(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=None if record.key is None else record.key.decode("utf-8", "replace"),
        value=record.value,
        headers=dict(record.headers),
        timestamp=datetime.fromtimestamp(record.timestamp / 1000, UTC),
    )


def as_record(message: Message) -> Record:
    """Return ``message`` as it is parked; without a key it stands alone.

    A stranger's headers say nothing to us and are left out. His key may hold anything: what is no
    dossier code is hashed, which keeps the order of equal keys.
    """
    ours = message.topic.startswith(OURS)
    key = message.key or f"{message.topic}/{message.partition}/{message.offset}"
    return Record(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        key=key if ours or message.key is None else _stranger(key),
        body=message.value,
        headers={name: value.decode("latin-1") for name, value in message.headers.items() if ours},
        sent_at=message.timestamp,
    )


def _stranger(key: str) -> str:
    try:
        return parse_dossier_code(key)
    except InvalidDossierCodeError:
        return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def of_parked(row: ParkedRow, body: bytes | None) -> Message:
    """Return a parked row, whose opened body is ``body``, as the message it was."""
    return Message(
        topic=row.topic,
        partition=row.partition,
        offset=row.offset,
        key=row.key,
        value=body,
        headers={name: value.encode("latin-1") for name, value in row.headers.items()},
        timestamp=row.sent_at,
    )


def first_of_each(messages: Sequence[Message], fresh: Collection[UUID]) -> list[Message]:
    """Return the messages of ``fresh`` ids, each once: a poll may hold the same fact twice."""
    by_id: dict[UUID, Message] = {}
    for message in messages:
        if message.event_id in fresh:
            by_id.setdefault(message.event_id, message)
    return list(by_id.values())

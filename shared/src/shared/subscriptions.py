"""What a service hears: facts and messages, and the handler of each."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.envelope import Envelope, Event, envelope_of
from shared.errors import DomainError, Kind

E = TypeVar("E", bound=Event)

HEADER_ID: Final = "ce_id"
HEADER_TYPE: Final = "ce_type"


class UnreadableMessageError(DomainError):
    """A message is not what its type promises."""

    kind = Kind.INVALID
    code = "unreadable"
    title = "Tin không đọc được"


@dataclass(frozen=True)
class Message:
    """One record of a stream, as it came."""

    topic: str
    partition: int
    offset: int
    key: str | None
    value: bytes | None
    headers: Mapping[str, bytes]
    timestamp: datetime

    @cached_property
    def event_id(self) -> UUID:
        """Return the CloudEvents id; for a stranger's message one made of its place."""
        try:
            named = UUID(self.headers[HEADER_ID].decode())
        except (KeyError, ValueError):
            named = None
        if named is not None and self.topic.startswith("lephi."):
            return named
        return uuid5(NAMESPACE_URL, f"{self.topic}/{self.partition}/{self.offset}")

    @property
    def event_type(self) -> str | None:
        """Return the CloudEvents type, from the header or else from the body."""
        named = self.headers.get(HEADER_TYPE)
        return named.decode("ascii", "replace") if named else _type_in_body(self.value)


Handler = Callable[[AsyncSession, Sequence[Message]], Awaitable[None]]


@dataclass(frozen=True)
class Subscription:
    """One handler and what it hears."""

    topics: tuple[str, ...]
    event_type: str | None
    """None: every message of the topics."""
    handle: Handler
    batched: bool
    """Hears a whole poll of one partition in one transaction."""


def on(
    event: type[E], handler: Callable[[AsyncSession, Envelope[E]], Awaitable[None]]
) -> Subscription:
    """Let ``handler`` hear each fact of class ``event`` in a transaction of its own."""

    async def handle(session: AsyncSession, messages: Sequence[Message]) -> None:
        for message in messages:
            await handler(session, read_envelope(event, message))

    return Subscription((event.topic,), event.type, handle, batched=False)


def on_batch(
    event: type[E], handler: Callable[[AsyncSession, Sequence[Envelope[E]]], Awaitable[None]]
) -> Subscription:
    """Let ``handler`` hear all facts of class ``event`` in a poll in one transaction."""

    async def handle(session: AsyncSession, messages: Sequence[Message]) -> None:
        await handler(session, [read_envelope(event, message) for message in messages])

    return Subscription((event.topic,), event.type, handle, batched=True)


def on_messages(
    topics: str | tuple[str, ...], handler: Handler, *, single: bool = False
) -> Subscription:
    """Let ``handler`` hear every message of ``topics`` as it came; ``single``: one at a time."""
    names = (topics,) if isinstance(topics, str) else topics
    return Subscription(names, None, handler, batched=not single)


def read_envelope(event: type[E], message: Message) -> Envelope[E]:
    """Return the fact in ``message``; raise UnreadableMessageError if it is none of that class."""
    try:
        return envelope_of(event).model_validate_json(message.value or b"")
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UnreadableMessageError(f"{event.type}: {place}: {first['type']}") from error


def _type_in_body(value: bytes | None) -> str | None:
    try:
        body = json.loads(value or b"null")
    except ValueError:
        return None
    found = body.get("type") if isinstance(body, dict) else None
    return found if isinstance(found, str) else None

"""A rebuild's polls: read apart from the database, then folded once each into fresh tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared import inbox
from shared.db import driver
from shared.inbox import Step
from shared.kafka.folding import by_event_type, puts_of
from shared.kafka.ranges import Behind
from shared.subscriptions import Message, UnreadableMessageError
from shared.views import Put, View, apply

Spot = tuple[Behind, int]
"""One message: its partition and offset."""


@dataclass(frozen=True)
class Read:
    """One message, and what it changes; None if it is no fact of its type."""

    event_id: UUID
    puts: Sequence[Put] | None
    message: Message


@dataclass(frozen=True)
class Poll:
    """What a poll holds for the view, and how far it goes."""

    steps: Sequence[Step]
    heard: Sequence[Read]


@dataclass
class Work:
    """One run: where it is, and what it left out as the live view did."""

    view: View
    consumer: str
    live: str
    at: dict[Behind, int]
    facts: int = 0
    unreadable: int = 0
    skipped: dict[Spot, Message] = field(default_factory=dict)

    @property
    def schema(self) -> str:
        """Return the schema of the tables that are folded anew."""
        return f"rebuild_{self.view.name.replace('-', '_')}"

    def read(self, polled: Mapping[Behind, Sequence[Message]], parked: set[Spot]) -> Poll:
        """Return what ``polled`` changes, and go on behind it; no database is asked."""
        ends = {place: messages[-1].offset + 1 for place, messages in polled.items()}
        steps = [Step(*place, self.at.get(place), end) for place, end in ends.items()]
        self.at.update(ends)
        by_type = by_event_type([self.view])
        heard: list[Read] = []
        for place, messages in polled.items():
            self.facts += len(messages)
            for message in messages:
                if message.event_type not in by_type:
                    continue
                if (place, message.offset) in parked:
                    self.skipped[place, message.offset] = message
                else:
                    heard.append(_read(by_type, message))
        return Poll(steps, heard)

    async def store(self, session: AsyncSession, poll: Poll) -> None:
        """Fold ``poll`` in the transaction of ``session``: each fact once, and the way on."""
        await inbox.advance(session, self.consumer, poll.steps)
        await self._fold(session, poll.heard)

    async def store_released(self, session: AsyncSession, parked: set[Spot]) -> int:
        """Fold what was left out and was released since; return how many are still left out."""
        spots = sorted(self.skipped, key=lambda each: each[1])
        gone = [self.skipped[each] for each in spots if each not in parked]
        released = [each for each in gone if await self._was_taken(session, each.event_id)]
        by_type = by_event_type([self.view])
        await self._fold(session, [_read(by_type, each) for each in released])
        return len(spots) - len(released)

    async def _fold(self, session: AsyncSession, heard: Sequence[Read]) -> None:
        ids = [each.event_id for each in heard]
        fresh = await inbox.first_deliveries(session, self.consumer, ids)
        puts: list[Put] = []
        for each in heard:
            if each.event_id in fresh:
                fresh.discard(each.event_id)
                puts += each.puts if each.puts is not None else await self._unread(session, each)
        await apply(session, puts, schema=self.schema)

    async def _unread(self, session: AsyncSession, each: Read) -> list[Put]:
        """Leave out what a person discarded, unread; raise if the live view read it."""
        if await self._was_taken(session, each.event_id):
            return list(puts_of(by_event_type([self.view]), [each.message]))
        self.unreadable += 1
        return []

    async def _was_taken(self, session: AsyncSession, event_id: UUID) -> bool:
        sql = "SELECT true FROM inbox WHERE consumer = $1 AND event_id = $2"
        found: Any = await driver.fetchval(session, sql, self.live, event_id)
        return found is True


def _read(by_type: Any, message: Message) -> Read:  # noqa: ANN401 - what by_event_type returns
    try:
        puts: list[Put] | None = list(puts_of(by_type, [message]))
    except UnreadableMessageError:
        puts = None
    return Read(message.event_id, puts, message)

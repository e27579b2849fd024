"""One message's way through its handler: done, tried again in place, or parked with its key."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from shared import inbox, parked
from shared.clock import utc_now
from shared.contracts.envelope import CODE_PATTERN, Cause
from shared.contracts.messaging import MessageDiscarded, MessageParked, MessageReleased
from shared.db.database import Database, is_disconnection
from shared.db.tables import ParkedRow
from shared.errors import DomainError, Kind
from shared.failpoints import hit
from shared.ids import new_id
from shared.kafka.messages import as_record, find, first_of_each, of_parked
from shared.outbox import Emission, emit_all
from shared.parked import Reason
from shared.subscriptions import Message, Subscription

if TYPE_CHECKING:
    from shared.kafka.consumer import Reader

_log: Final = structlog.get_logger()

_PAUSES: Final = (0.1, 0.5)
"""Seconds between the tries in place."""
_LOOK_SECONDS: Final = 0.5

Advance = Callable[[AsyncSession], Awaitable[None]]


@dataclass
class Unit:
    """Neighbouring messages for one handler."""

    subscription: Subscription
    messages: list[Message] = field(default_factory=list)


class Attempts:
    """What one reader does with messages, and which keys of its wait."""

    def __init__(self, database: Database, reader: "Reader") -> None:
        self._database = database
        self._reader = reader
        self._blocked: set[tuple[str, str]] = set()
        self._looked_at = 0.0

    async def load(self, session: AsyncSession) -> None:
        """Read which keys wait."""
        self._blocked = await parked.blocked_keys(session, self._reader.consumer)

    def any_blocked(self, messages: Sequence[Message]) -> bool:
        """Tell whether one of ``messages`` must wait behind another."""
        return any((m.topic, as_record(m).key) in self._blocked for m in messages)

    async def once(self, units: Sequence[Unit], advance: Advance) -> Exception | None:
        """Let the handlers have ``units``, in order, in one transaction; return why one failed.

        Raises what says that PostgreSQL is away or the partition is another's.
        """
        ids = [message.event_id for unit in units for message in unit.messages]
        try:
            async with self._database.transaction() as session:
                await advance(session)
                fresh = await inbox.first_deliveries(session, self._reader.consumer, ids)
                hit("W9")
                for unit in units:
                    heard = first_of_each(unit.messages, fresh)
                    fresh -= {message.event_id for message in heard}
                    if heard:
                        await unit.subscription.handle(session, heard)
        except inbox.FencedError:
            raise
        except Exception as error:
            if is_disconnection(error):
                raise
            return error
        return None

    async def settle(self, subscription: Subscription, message: Message, advance: Advance) -> None:
        """Have ``message`` take effect, or park it; either way go on behind it."""
        record = as_record(message)
        if (record.topic, record.key) in self._blocked:
            async with self._database.transaction() as session:
                await advance(session)
                reason = Reason("behind", "another of its key waits", state=parked.BEHIND)
                await parked.park(session, self._reader.consumer, record, reason, now=utc_now())
            return
        failure = await self._tried(subscription, message, advance)
        if failure is not None:
            await self._park(message, failure, advance)

    async def _tried(
        self, subscription: Subscription, message: Message, advance: Advance
    ) -> Exception | None:
        alone = [Unit(subscription, [message])]
        failure = await self.once(alone, advance)
        for pause in _PAUSES:
            if failure is None or not _worth_trying(failure):
                return failure
            await asyncio.sleep(pause)
            failure = await self.once(alone, advance)
        return failure

    async def _park(self, message: Message, failure: Exception, advance: Advance) -> None:
        reason = _reason(failure)
        record = as_record(message)
        _log.warning(
            "message.parked", consumer=self._reader.consumer, topic=record.topic,
            partition=record.partition, offset=record.offset, reason=reason.code,
            exc_info=None if isinstance(failure, DomainError) else failure,
        )  # fmt: skip
        async with self._database.transaction() as session:
            await advance(session)
            if await parked.park(session, self._reader.consumer, record, reason, now=utc_now()):
                await self._say(session, MessageParked, record, reason.code)
        self._blocked.add((record.topic, record.key))

    async def retry(
        self,
        by_type: Mapping[tuple[str, str], Subscription],
        by_topic: Mapping[str, Subscription],
    ) -> None:
        """Give parked messages that may go, in order of their keys, to their handlers."""
        now = asyncio.get_running_loop().time()
        if now - self._looked_at < _LOOK_SECONDS:
            return
        self._looked_at = now
        while await self._retry_one(by_type, by_topic):
            pass
        async with self._database.transaction() as session:
            await self.load(session)

    async def _retry_one(
        self,
        by_type: Mapping[tuple[str, str], Subscription],
        by_topic: Mapping[str, Subscription],
    ) -> bool:
        failure: Exception | None = None
        async with self._database.transaction() as session:
            row = await parked.ready(session, self._reader.consumer, now=utc_now())
            if row is None:
                return False
            try:
                message = of_parked(row, parked.open_body(session, row))
            except parked.ParkedBodyLockedError as error:
                message, failure = of_parked(row, None), error
            subscription = find(by_type, by_topic, message)
            if row.state == parked.DISCARD or subscription is None:
                await parked.remove(session, row.id)
                await self._say(session, MessageDiscarded, as_record(message), row.reason_code)
                return True
            if failure is None:
                failure = await self._again(session, row, subscription, message)
            await self._retried(session, row, failure)
        return True

    async def _again(
        self, session: AsyncSession, row: ParkedRow, subscription: Subscription, message: Message
    ) -> Exception | None:
        if row.body_deleted_at is not None:
            return parked.ParkedBodyDeletedError("nothing is left to try")
        try:
            async with session.begin_nested():
                await inbox.first_deliveries(session, self._reader.consumer, [message.event_id])
                await subscription.handle(session, [message])
        except Exception as error:
            if is_disconnection(error):
                raise
            return error
        return None

    async def _retried(
        self, session: AsyncSession, row: ParkedRow, failure: Exception | None
    ) -> None:
        if failure is not None:
            await parked.failed_again(session, row.id, _reason(failure), now=utc_now())
            return
        await parked.remove(session, row.id)
        if row.state != parked.BEHIND:
            record = as_record(of_parked(row, parked.open_body(session, row)))
            await self._say(session, MessageReleased, record, row.reason_code)

    async def _say(
        self,
        session: AsyncSession,
        fact: type[MessageParked | MessageReleased | MessageDiscarded],
        record: parked.Record,
        reason_code: str,
    ) -> None:
        said = fact(
            consumer=self._reader.consumer, topic_name=record.topic, partition=record.partition,
            offset=record.offset, key=_code(record.key), reason_code=reason_code,
        )  # fmt: skip
        cause = Cause(correlation_id=new_id(), causation_id=new_id())
        emission = Emission(
            said, cause, _agency(record.body), topic=self._reader.topic, source=self._reader.source
        )
        await emit_all(session, [emission], now=utc_now())


def _worth_trying(failure: Exception) -> bool:
    return not isinstance(failure, DomainError) or failure.kind is Kind.UNAVAILABLE


def _reason(failure: Exception) -> Reason:
    if isinstance(failure, DomainError):
        return Reason(failure.code, failure.detail, retried=failure.kind is Kind.WAITING)
    return Reason("bug", type(failure).__name__)


def _code(key: str) -> str | None:
    """Return a key that has the form of a code; a stranger's may hold anything."""
    return key if re.fullmatch(CODE_PATTERN, key) else None


def _agency(body: bytes | None) -> str:
    try:
        envelope = json.loads(body or b"null")
    except ValueError:
        return "-"
    found = envelope.get("agency") if isinstance(envelope, dict) else None
    return found if isinstance(found, str) else "-"

"""From the province's message to the payable: three services' real handlers, without the streams.

Facts go from outbox to handler in the order of the outbox, as the streams bring them per key.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from sqlalchemy import select

from dossier import jobs
from fee.handlers import SUBSCRIPTIONS as FEE_HEARS
from payment_gateway.handlers import SUBSCRIPTIONS as GATEWAY_HEARS
from shared.db.database import Database
from shared.db.tables import OutboxRow
from shared.subscriptions import Message, Subscription
from tests.dossier.builders import SUBSCRIPTIONS as DOSSIER_HEARS
from tests.dossier.builders import a_body, a_message, hear
from tests.fee.facts import with_tariffs
from tests.support.facts import NOON

DATA: Final = Path(__file__).parents[2] / "deploy/local/data"


class Fate(StrEnum):
    """How each fact reaches its reader."""

    ONCE = "once"
    TWICE = "twice"
    AFTER_A_CRASH = "after_a_crash"
    """The reader dies after its handler, before the commit, and hears it again."""


class CrashError(Exception):
    """The process is gone."""


@dataclass
class Line:
    """The three databases, and how far each outbox was read."""

    dossier: Database
    fee: Database
    gateway: Database
    read: dict[str, int] = field(default_factory=dict)

    async def prepare(self) -> None:
        """Publish agencies and one tariff."""
        agencies = DATA / "agencies.csv"
        await jobs.publish_files(self.dossier, agencies_file=agencies, procedures_file=None)
        await with_tariffs(self.fee, "PHI-CHUNGTHUC-BS")

    async def say(self, *statements: Mapping[str, object], fate: Fate = Fate.ONCE) -> None:
        """Let the province state dossiers, and all facts of it take effect."""
        messages = [a_message(a_body(**statement)) for statement in statements]
        keyless = [
            Message(m.topic, m.partition, m.offset, None, m.value, m.headers, m.timestamp)
            for m in messages
        ]
        await hear(self.dossier, *keyless)
        await self.go_on(fate=fate)

    async def go_on(self, *, fate: Fate = Fate.ONCE) -> None:
        """Let every fact that was said reach its reader."""
        await self._bring(self.dossier, self.fee, FEE_HEARS, fate)
        await self._bring(self.fee, self.gateway, GATEWAY_HEARS, fate)
        await self._bring(self.gateway, self.dossier, DOSSIER_HEARS, fate)

    async def _bring(
        self, source: Database, target: Database, hears: Sequence[Subscription], fate: Fate
    ) -> None:
        by_type = {each.event_type: each for each in hears}
        async with source.transaction() as session:
            after = self.read.get(source.dsn, 0)
            wanted = select(OutboxRow).where(OutboxRow.position > after).order_by("position")
            rows = list(await session.scalars(wanted))
        for row in rows:
            self.read[source.dsn] = row.position
            if row.type in by_type:
                await _hear(target, by_type[row.type], row, fate)


async def _hear(target: Database, reader: Subscription, row: OutboxRow, fate: Fate) -> None:
    value = None if row.payload is None else row.payload.encode()
    message = Message(row.topic, 0, row.position, row.aggregateid, value, {}, NOON)
    if fate is Fate.AFTER_A_CRASH:
        with suppress(CrashError):
            async with target.transaction() as session:
                await reader.handle(session, [message])
                raise CrashError
    for _ in range(2 if fate is Fate.TWICE else 1):
        async with target.transaction() as session:
            await reader.handle(session, [message])

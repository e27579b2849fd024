"""A service's streams as its worker runs them: relay and readers, until the end of a block."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from sqlalchemy import text

from shared.contracts.envelope import Event
from shared.db.database import Database
from shared.kafka.consumer import Consumer, Reader
from shared.kafka.folding import folding
from shared.kafka.loops import restarting
from shared.kafka.relay import Relay
from shared.kafka.topics import ensure_topics
from shared.kafka.view_schema import prepare_views
from shared.outbox import Emission, emit_all
from shared.views import View
from tests.support.facts import NOON, a_cause
from tests.support.servers import Servers


@asynccontextmanager
async def folding_live(
    database: Database, servers: Servers, views: Sequence[View], *, service: str
) -> AsyncIterator[None]:
    """Relay what ``database`` says, and fold ``views`` as the service's worker does."""
    consumer = f"{service}.views"
    await prepare_views(database, views, consumer=consumer)
    subscriptions = folding(views)
    topics = {topic for each in subscriptions for topic in each.topics}
    await ensure_topics(servers.kafka, topics, replication=1)
    reader = Reader(
        consumer=consumer, instance="0", subscriptions=subscriptions,
        topic=min(topics), source=f"/lephi/{service}",
    )  # fmt: skip
    loops = (
        Relay(database, bootstrap=servers.kafka, name="test").run,
        Consumer(database, reader, bootstrap=servers.kafka).run,
    )
    tasks = [asyncio.create_task(restarting("test", loop)) for loop in loops]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def say(database: Database, *facts: Event) -> None:
    """Say ``facts``, each on its own stream, in one transaction."""
    emissions = [Emission(fact, a_cause(), "H34.10") for fact in facts]
    async with database.transaction() as session:
        await emit_all(session, emissions, now=NOON)


async def all_heard(database: Database, service: str) -> bool:
    """Tell whether the service's views have taken in everything that ``database`` said."""
    statement = text(
        "SELECT count(*) FROM outbox o WHERE published_at IS NULL OR NOT EXISTS"
        " (SELECT 1 FROM consumer_offset c WHERE c.consumer = :consumer AND c.topic = o.topic"
        "  AND c.partition = o.kafka_partition AND c.next_offset > o.kafka_offset)"
    )
    async with database.transaction() as session:
        left = await session.scalar(statement, {"consumer": f"{service}.views"})
    return bool(left == 0)

"""The streams: made at start with the settings of the catalogue, never changed here."""

from typing import Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from shared.contracts.catalogue import TOPICS

COMPACTED: Final = frozenset(t.name for t in TOPICS if t.config["cleanup.policy"] == "compact")


async def ensure_topics(bootstrap: str, names: set[str], *, replication: int) -> None:
    """Make those of ``names`` that are missing; safe when several services do it at once."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=10_000)
    await admin.start()
    try:
        missing = names - set(await admin.list_topics())
        durable = {"min.insync.replicas": "2"} if replication > 1 else {}
        wanted = [
            NewTopic(
                topic.name,
                num_partitions=topic.partitions,
                replication_factor=replication,
                topic_configs={**topic.config, **durable},
            )
            for topic in TOPICS
            if topic.name in missing
        ]
        if not wanted:
            return
        answer = await admin.create_topics(wanted)
        for _, code, *_ in answer.topic_errors:
            error = for_code(code)
            if code and error is not TopicAlreadyExistsError:
                raise error
    finally:
        await admin.close()

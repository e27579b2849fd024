"""A stream's end, for live pages: no group, no offsets, nothing stored."""

from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import UnknownTopicOrPartitionError

from shared.contracts.catalogue import PARTITIONS
from shared.live import Live


async def follow(bootstrap: str, topics: Sequence[str], live: Live, *, client_id: str) -> None:
    """Tell ``live`` the key of every record that passes.

    Raises KafkaError when Kafka is away, or when a topic is not there yet: aiokafka would ask for
    it again without a pause.
    """
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        client_id=client_id,
        enable_auto_commit=False,
        auto_offset_reset="latest",
        isolation_level="read_committed",
    )
    await consumer.start()
    try:
        missing = set(topics) - set(await consumer.topics())
        if missing:
            raise UnknownTopicOrPartitionError(", ".join(sorted(missing)))
        places = [TopicPartition(topic, n) for topic in topics for n in range(PARTITIONS)]
        consumer.assign(places)
        await consumer.seek_to_end(*places)
        while True:
            polled = await consumer.getmany(timeout_ms=1000)
            for record in (record for records in polled.values() for record in records):
                if record.key is not None:
                    live.tell(record.key.decode("utf-8", "replace"))
    finally:
        await consumer.stop()

"""The one way to produce: idempotent, acknowledged by all replicas."""

from typing import Final

from aiokafka import AIOKafkaProducer

BATCH_BYTES: Final = 256 * 1024


def new_producer(bootstrap: str, *, client_id: str) -> AIOKafkaProducer:
    """Return a producer with our settings, not yet started (reliability.md 6.1)."""
    return AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        client_id=client_id,
        acks="all",
        enable_idempotence=True,
        linger_ms=0,
        max_batch_size=BATCH_BYTES,
        request_timeout_ms=10_000,
    )

"""Kafka as the province's own client uses it."""

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError

from lephi.province.dossiers import Dossier
from shared.errors import DomainError, Kind

DOSSIERS: Final = "tthc.dossier"
ACKNOWLEDGEMENTS: Final = "tthc.ack"
FACTS: Final = "tthc.fact"
PARTITIONS: Final = 12

_BATCH: Final = 500
_NINETY_DAYS_MS: Final = str(90 * 24 * 3600 * 1000)


class KafkaAwayError(DomainError):
    """Kafka does not answer."""

    kind = Kind.UNAVAILABLE
    code = "kafka-unavailable"
    title = "Kafka chưa trả lời"


@dataclass(frozen=True)
class Letter:
    """One message as it goes out."""

    topic: str
    key: bytes
    value: bytes
    is_rubbish: bool = False


def letter(topic: str, key: str, message: dict[str, Any]) -> Letter:
    """Return ``message`` as it goes out."""
    return Letter(topic, key.encode(), value_of(message))


def value_of(message: dict[str, Any]) -> bytes:
    """Return the bytes of a message."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def new_producer(bootstrap: str) -> AIOKafkaProducer:
    """Return a producer that loses nothing."""
    return AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        client_id="tthc-tinh",
        acks="all",
        enable_idempotence=True,
        max_batch_size=256 * 1024,
    )


async def ensure_topics(bootstrap: str) -> None:
    """Make the three topics of the exchange where they are missing."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, client_id="tthc-tinh")
    await admin.start()
    try:
        missing = {DOSSIERS, ACKNOWLEDGEMENTS, FACTS} - set(await admin.list_topics())
        if not missing:
            return
        settings = {"retention.ms": _NINETY_DAYS_MS}
        wanted = [NewTopic(name, PARTITIONS, 1, topic_configs=settings) for name in sorted(missing)]
        await admin.create_topics(wanted)
    except TopicAlreadyExistsError:
        return
    finally:
        await admin.close()


async def send(producer: AIOKafkaProducer, letters: Sequence[Letter]) -> None:
    """Send ``letters`` in this order and wait until Kafka has them all."""
    waiting = [await producer.send(one.topic, value=one.value, key=one.key) for one in letters]
    await asyncio.gather(*waiting)


async def publish(
    bootstrap: str, dossiers: Iterable[Dossier], *, told: Callable[[int], None]
) -> int:
    """Publish all of ``dossiers``, key = code; ``told`` hears how many more were acknowledged."""
    producer = new_producer(bootstrap)
    total = 0
    try:
        await ensure_topics(bootstrap)
        await producer.start()
        for batch in batches(dossiers):
            await send(producer, [letter(DOSSIERS, one.code, one.message) for one in batch])
            total += len(batch)
            told(len(batch))
    except (KafkaError, OSError) as error:
        raise KafkaAwayError(f"{bootstrap}: {type(error).__name__}") from error
    finally:
        await producer.stop()
    return total


def batches(dossiers: Iterable[Dossier], size: int = _BATCH) -> Iterator[list[Dossier]]:
    """Yield ``dossiers`` in batches."""
    waiting = iter(dossiers)
    while batch := list(islice(waiting, size)):
        yield batch

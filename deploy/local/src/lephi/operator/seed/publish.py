"""Sends made-up dossiers to the province's stream, as the province's own client would."""

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Final

from aiokafka.errors import KafkaError

from lephi.operator.seed.dossiers import Dossier
from lephi.operator.streams import StreamAwayError
from shared.kafka.producer import new_producer
from shared.kafka.topics import ensure_topics

TOPIC: Final = "tthc.dossier"
_BATCH: Final = 500


async def publish(
    bootstrap: str, dossiers: Iterable[Dossier], *, told: Callable[[int], None]
) -> int:
    """Publish all of ``dossiers``, key = code; ``told`` hears how many more were acknowledged."""
    producer = new_producer(bootstrap, client_id="lephi-seed")
    total = 0
    try:
        await ensure_topics(bootstrap, {TOPIC}, replication=1)
        await producer.start()
        for batch in _batches(dossiers):
            sent = [await producer.send(TOPIC, value=_value(one), key=_key(one)) for one in batch]
            await asyncio.gather(*sent)
            total += len(batch)
            told(len(batch))
    except (KafkaError, OSError) as error:
        raise StreamAwayError(f"{bootstrap}: {type(error).__name__}") from error
    finally:
        await producer.stop()
    return total


def _batches(dossiers: Iterable[Dossier]) -> Iterator[list[Dossier]]:
    waiting = iter(dossiers)
    while batch := list(islice(waiting, _BATCH)):
        yield batch


def _key(dossier: Dossier) -> bytes:
    return dossier.code.encode()


def _value(dossier: Dossier) -> bytes:
    return json.dumps(dossier.message, ensure_ascii=False, separators=(",", ":")).encode()

"""Looking for people where they may not be: in streams, tables, logs, figures."""

import base64
import json
import unicodedata
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote, quote_plus

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from httpx import AsyncClient

from dossier.domain.search import toneless
from shared.contracts.catalogue import TOPICS
from shared.trust import authorities

Found = tuple[str, str]
"""Where, and whose value."""
Place = tuple[str, bytes]
"""Where, and what stands there."""

_TABLES: Final = """
SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) FROM information_schema.tables
WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
"""
_PARTITIONS: Final = {topic.name: topic.partitions for topic in TOPICS}
_POLL_MS: Final = 2_000


def spellings(value: str) -> set[bytes]:
    """Return the ways in which a careless program would write ``value``."""
    plain = toneless(value)
    forms = {value, value.upper(), value.lower(), plain, plain.upper(), plain.title()}
    forms |= {unicodedata.normalize("NFD", form) for form in forms}
    if any(character.isdigit() for character in value):
        forms.add("".join(character for character in value if character.isalnum()))
    return {written for form in forms for written in _written(form)}


def _written(form: str) -> Iterator[bytes]:
    raw = form.encode()
    yield raw
    yield json.dumps(form)[1:-1].encode()
    yield quote(form).encode()
    yield quote_plus(form).encode()
    yield raw.hex().encode()
    for lead in range(3):  # A value begins anywhere among the bytes that base64 takes by threes.
        coded = base64.b64encode(b"\0" * lead + raw)
        yield coded[4 if lead else 0 : len(coded) - 4]


class Scanner:
    """Finds ``values`` in whatever it is shown."""

    def __init__(self, values: Iterable[str]) -> None:
        self._needles = [(value, needle) for value in values for needle in spellings(value)]
        short = [value for value, needle in self._needles if len(needle) < 6]
        if short:
            raise ValueError(f"would be found anywhere: {short}")

    def look(self, places: Iterable[Place]) -> list[Found]:
        """Return where one of the values stands."""
        found = {
            (where, value)
            for where, what in places
            for value, needle in self._needles
            if needle in what
        }
        return sorted(found)


async def in_topics(bootstrap: str, topics: Collection[str]) -> list[Place]:
    """Return every record of ``topics``: key, headers and value."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        parts = [
            TopicPartition(topic, number)
            for topic in topics
            for number in range(_PARTITIONS[topic])
        ]
        consumer.assign(parts)
        ends = await consumer.end_offsets(parts)
        return [place async for place in _records(consumer, {p: e for p, e in ends.items() if e})]
    finally:
        await consumer.stop()


async def _records(
    consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]
) -> AsyncIterator[Place]:
    while ends:
        polled = await consumer.getmany(timeout_ms=_POLL_MS)
        for records in polled.values():
            for record in records:
                headers = b" ".join(name.encode() + b"=" + text for name, text in record.headers)
                where = f"{record.topic}/{record.partition}/{record.offset}"
                yield where, b" ".join((record.key or b"", headers, record.value or b""))
        for part in [part for part in ends if await consumer.position(part) >= ends[part]]:
            del ends[part]


async def in_tables(
    url: str, *, only: Sequence[str] = (), without: Sequence[str] = ()
) -> list[Place]:
    """Return all tables of a database as text, ``only`` or ``without`` those named."""
    connection = await asyncpg.connect(url)
    try:
        names = [row[0] for row in await connection.fetch(_TABLES)]
        wanted = [name for name in names if _is_wanted(name, only, without)]
        whole = "SELECT coalesce(string_agg(t::text, ' '), '') FROM {} t"
        return [
            (f"{url.rpartition('/')[2]}.{name}", str(text).encode())
            for name in wanted
            for text in [await connection.fetchval(whole.format(name))]
        ]
    finally:
        await connection.close()


def _is_wanted(name: str, only: Sequence[str], without: Sequence[str]) -> bool:
    table = name.rpartition(".")[2].strip('"')
    return table not in without and (not only or table in only)


def in_files(folder: Path, *, without: Collection[str] = ()) -> list[Place]:
    """Return every file below ``folder``, without the folders named."""
    return [
        (str(file.relative_to(folder)), file.read_bytes())
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not set(file.relative_to(folder).parts) & set(without)
    ]


async def in_pages(addresses: Iterable[str]) -> list[Place]:
    """Return the pages at ``addresses``."""
    async with AsyncClient(trust_env=False, timeout=10, verify=authorities()) as client:
        answers = [(address, await client.get(address)) for address in addresses]
    assert all(answer.is_success for _, answer in answers), answers
    return [(address, answer.content) for address, answer in answers]

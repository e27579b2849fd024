"""PostgreSQL and Kafka of a test run: ``TEST_SERVERS=containers|embedded`` forces one kind."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

POSTGRES_IMAGE: Final = "postgres:18"
KAFKA_IMAGE: Final = "apache/kafka:4.3.1"


@dataclass(frozen=True)
class Servers:
    """Where they are: ``postgres`` is the URL of a superuser without a database's name."""

    kind: str
    postgres: str
    kafka: str


@cache
def chosen() -> str:
    """Return ``containers`` if an engine answers and has both images, else ``embedded``."""
    forced = os.environ.get("TEST_SERVERS")
    if forced in {"containers", "embedded"}:
        return forced
    found = [_has_image(image) for image in (POSTGRES_IMAGE, KAFKA_IMAGE)]
    return "containers" if all(found) else "embedded"


@contextmanager
def start_servers(folder: Path) -> Iterator[Servers]:
    """Start both, and stop them at the end."""
    if chosen() == "containers":
        with _containers() as servers:
            yield servers
    else:
        with _embedded(folder) as servers:
            yield servers


@contextmanager
def _embedded(folder: Path) -> Iterator[Servers]:
    from lephi.servers.kafka import start_kafka  # noqa: PLC0415 - not needed with containers
    from lephi.servers.postgres import start_postgres  # noqa: PLC0415

    ports = free_ports(3)
    postgres = start_postgres(folder / "postgres", ports[0])
    try:
        kafka = start_kafka(folder / "kafka", ports[1], ports[2])
        try:
            url = postgres.url_for("").rstrip("/")
            yield Servers("embedded", url, kafka.bootstrap)
        finally:
            kafka.stop()
    finally:
        postgres.stop()


@contextmanager
def _containers() -> Iterator[Servers]:
    from testcontainers.community.postgres import PostgresContainer  # noqa: PLC0415 - needs an engine

    from tests.support.kafka_container import KafkaContainer  # noqa: PLC0415

    with (
        PostgresContainer(POSTGRES_IMAGE, driver=None) as postgres,
        KafkaContainer(KAFKA_IMAGE) as kafka,
    ):
        url = postgres.get_connection_url().rpartition("/")[0]
        yield Servers("containers", url, kafka.bootstrap_server())


def free_ports(count: int) -> list[int]:
    """Return ports of the loopback address on which nobody listens now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def _has_image(image: str) -> bool:
    try:
        answer = subprocess.run(  # noqa: S603 - constant words
            ["docker", "image", "inspect", image],  # noqa: S607 - the engine's own client
            capture_output=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0

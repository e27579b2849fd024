"""A container of the image apache/kafka: one KRaft node."""

import io
import tarfile
from typing import Final, Self

from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

_SETTINGS: Final = {
    "KAFKA_NODE_ID": "1",
    "KAFKA_PROCESS_ROLES": "broker,controller",
    "KAFKA_LISTENERS": "PLAINTEXT://:9092,BROKER://:9093,CONTROLLER://:9094",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": (
        "PLAINTEXT:PLAINTEXT,BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT"
    ),
    "KAFKA_INTER_BROKER_LISTENER_NAME": "BROKER",
    "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
    "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9094",
    "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "6",
    "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
    "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    "KAFKA_HEAP_OPTS": "-Xmx384m -Xms384m",
}


class KafkaContainer(DockerContainer):
    """Its advertised address is known only once it runs, so its command waits for a file."""

    def __init__(self, image: str) -> None:
        super().__init__(image)
        self.with_exposed_ports(9092)
        for name, value in _SETTINGS.items():
            self.with_env(name, value)
        ready = "while [ ! -f /tmp/address ]; do sleep 0.1; done"
        self.with_command(["sh", "-c", f"{ready}; . /tmp/address; exec /etc/kafka/docker/run"])

    def bootstrap_server(self) -> str:
        """Return the address for clients on this machine."""
        return f"{self.get_container_host_ip()}:{self.get_exposed_port(9092)}"

    def start(self) -> Self:
        """Start the broker and wait until it serves."""
        super().start()
        listeners = f"PLAINTEXT://{self.bootstrap_server()},BROKER://localhost:9093"
        content = f"export KAFKA_ADVERTISED_LISTENERS={listeners}\n".encode()
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            entry = tarfile.TarInfo("address")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
        self.get_wrapped_container().put_archive("/tmp", archive.getvalue())  # noqa: S108
        started = LogMessageWaitStrategy(".*Kafka Server started.*").with_startup_timeout(60)
        started.wait_until_ready(self)
        return self

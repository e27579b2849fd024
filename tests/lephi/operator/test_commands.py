"""The command line as scripts use it: documents and exit statuses."""

import asyncio
import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from lephi.operator import streams
from lephi.operator.commands import register
from lephi.operator.environment import read_stack
from lephi.operator.streams import partition_of
from shared.kafka.producer import new_producer
from shared.kafka.topics import ensure_topics
from tests.lephi.operator.front_door import CODE, a_product
from tests.support.servers import Servers

FACT = {
    "specversion": "1.0", "id": "0192f3c4-0000-7000-8000-000000000001", "sequence": 1,
    "type": "vn.lephi.FeeAssessed.v1", "subject": CODE, "time": "2026-11-24T03:00:00Z",
    "causationid": "0192f3c4-0000-7000-8000-000000000000", "data": {"total_vnd": 62_000},
}  # fmt: skip


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    register(made)
    return made


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LEPHI_HOME", str(tmp_path))
    for name in ("KAFKA_BOOTSTRAP", "PUBLIC_URL", "LEPHI_PORT"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def stack_file(home: Path, **variables: str) -> None:
    lines = [f"{name}={value}" for name, value in variables.items()]
    (home / "endpoints.env").write_text("\n".join(["# written by a test", *lines]), "utf-8")


def lephi(app: typer.Typer, *words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_given_the_stack_files_when_read_then_they_outrank_the_environment(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP", "elsewhere:1")
    stack_file(home, KAFKA_BOOTSTRAP="127.0.0.1:9", LEPHI_PORT="8123", PUBLIC_URL="http://lan")
    (home / "secrets.env").write_text("NPSP_SECRET='with quotes'\n", "utf-8")

    stack = read_stack()

    assert stack.kafka == "127.0.0.1:9"
    assert stack.front_door == "http://127.0.0.1:8123"
    assert stack.need("NPSP_SECRET") == "with quotes"


@pytest.mark.parametrize(
    "words",
    [("pay", CODE), ("events", "topics"), ("events", "timeline", CODE), ("seed",),
     ("parked", "list"), ("party", "redact", CODE)],
)  # fmt: skip
def test_given_no_stack_when_asked_then_the_status_is_two(
    app: typer.Typer, words: tuple[str, ...]
) -> None:
    assert lephi(app, *words).exit_code == 2


@pytest.mark.parametrize("topic", ["lephi.party", "tthc.dossier", "tthc.ack", "__consumer_offsets"])
def test_given_a_stream_with_people_when_an_operator_would_read_it_then_it_is_refused(
    app: typer.Typer, home: Path, topic: str
) -> None:
    stack_file(home, KAFKA_BOOTSTRAP="127.0.0.1:1")

    refused = lephi(app, "events", "tail", "--topic", topic)

    assert refused.exit_code == 2
    assert "may hold people" in " ".join(refused.output.replace("│", "").split())


@pytest.mark.parametrize("words", [("pay",), ("pay", CODE, "--demo"), ("seed", "--dossiers", "0")])
def test_given_words_that_contradict_when_asked_then_the_usage_is_explained(
    app: typer.Typer, words: tuple[str, ...]
) -> None:
    assert lephi(app, *words).exit_code == 2


def test_given_no_stack_when_examined_then_the_doctor_says_what_is_not_well(
    app: typer.Typer, home: Path
) -> None:
    stack_file(home, LEPHI_PORT="1", KAFKA_BOOTSTRAP="127.0.0.1:1")

    result = lephi(app, "doctor", "--json")

    report = json.loads(result.stdout)
    assert result.exit_code == 1
    assert not report["well"]
    found = {finding["what"]: finding["is_well"] for finding in report["findings"]}
    assert found["python"]
    assert not found["kafka"]
    assert not found["payment-gateway"]


@pytest.mark.parametrize("status", [0, 1, 3])
def test_given_the_proof_when_it_ends_then_its_status_is_ours(
    app: typer.Typer, home: Path, status: int, tmp_path: Path
) -> None:
    stand_in = tmp_path / "stand-in" / "ops"
    stand_in.mkdir(parents=True)
    (stand_in / "__init__.py").touch()
    program = (
        "import sys, pathlib; pathlib.Path(sys.argv[0]).with_name('words')"
        f".write_text(' '.join(sys.argv[1:])); sys.exit({status})"
    )
    (stand_in / "__main__.py").write_text(program, "utf-8")
    stack_file(home, PYTHONPATH=str(stand_in.parent))

    result = lephi(app, "verify", "--json", "--grace", "5", "--quiet")

    assert result.exit_code == status
    assert (stand_in / "words").read_text("utf-8") == "verify --json --quiet --grace 5"


@pytest.fixture
def fact_on_the_stream(servers: Servers, home: Path) -> Servers:
    """One made-up fact in its stream, behind what is none."""

    async def publish() -> None:
        await ensure_topics(servers.kafka, {"lephi.fee", "lephi.payment"}, replication=1)
        producer = new_producer(servers.kafka, client_id="test")
        await producer.start()
        for value in (b"{", b"[]", b"{}", None, json.dumps(FACT).encode()):
            await producer.send_and_wait("lephi.fee", value, key=CODE.encode())
        await producer.stop()

    asyncio.run(publish())
    stack_file(home, KAFKA_BOOTSTRAP=servers.kafka)
    return servers


@pytest.mark.usefixtures("fact_on_the_stream")
def test_given_a_fact_when_the_streams_are_read_then_every_command_finds_it(
    app: typer.Typer,
) -> None:
    timeline = lephi(app, "events", "timeline", CODE.lower(), "--json")
    table = lephi(app, "events", "timeline", CODE)
    topics = json.loads(lephi(app, "events", "topics", "--json").stdout)
    words = ("events", "tail", "-n", "10000", "--topic", "lephi.fee", "--json")
    tail = json.loads(lephi(app, *words).stdout)
    one = json.loads(lephi(app, "events", "get", str(FACT["id"])).stdout)

    assert json.loads(timeline.stdout)[0]["type"] == FACT["type"]
    assert "FeeAssessed" in table.stdout
    held = [part for part in topics if part["end"] and part["topic"] == "lephi.fee"]
    assert partition_of(CODE) in [part["partition"] for part in held]
    assert FACT["id"] in [said["event"]["id"] for said in tail]
    assert one["event"] == FACT


@pytest.mark.usefixtures("fact_on_the_stream")
def test_given_an_unknown_thing_when_asked_for_then_the_status_is_one(app: typer.Typer) -> None:
    assert lephi(app, "events", "timeline", "H34.10-261124-9998").exit_code == 1
    assert lephi(app, "events", "get", "nobody").exit_code == 1
    assert lephi(app, "events", "timeline", "no code").exit_code == 2


@pytest.mark.usefixtures("fact_on_the_stream")
def test_given_a_payment_when_driven_then_its_document_has_steps_and_timeline(
    app: typer.Typer, home: Path, servers: Servers
) -> None:
    with a_product() as product:
        stack_file(home, KAFKA_BOOTSTRAP=servers.kafka, PUBLIC_URL=product.address)
        result = lephi(app, "pay", CODE, "--json")

    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["dossier_code"] == CODE
    assert document["receipts"][0]["number"] == 1
    assert document["timeline"]


@pytest.mark.usefixtures("fact_on_the_stream")
def test_given_dossiers_when_seeded_twice_then_the_same_messages_are_on_the_stream(
    app: typer.Typer,
) -> None:
    async def extents() -> list[streams.Extent]:
        async with streams.open_reader(read_stack().kafka) as reader:
            return await streams.extents(reader, ["tthc.dossier"])

    async def read_behind(before: dict[int, int]) -> list[streams.Said]:
        async with streams.open_reader(read_stack().kafka) as reader:
            now = await streams.extents(reader, ["tthc.dossier"])
            parts = [replace(part, first=before.get(part.partition, part.first)) for part in now]
            return [said async for said in streams.read_all(reader, parts)]

    before = {part.partition: part.end for part in asyncio.run(extents())}

    results = [lephi(app, "seed", "--dossiers", "25", "--json") for _ in range(2)]

    said = asyncio.run(read_behind(before))
    today = f"{datetime.now(UTC).astimezone():%Y}"
    assert [json.loads(result.stdout)["published"] for result in results] == [25, 25]
    assert len({one.event["id"] for one in said}) == 25
    assert len(said) == 50
    assert all(one.partition == partition_of(one.event["subject"]) for one in said)
    assert said[0].event["time"].startswith(today)


def test_given_streams_that_nobody_writes_to_when_waited_for_then_it_ends_early(
    fact_on_the_stream: Servers,
) -> None:
    begin = time.monotonic()

    asyncio.run(streams.wait_until_quiet(fact_on_the_stream.kafka, most_seconds=60))

    assert time.monotonic() - begin < 50

"""The control of the scan for personal data: a person planted in each kind of place is caught."""

import base64
import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import text
from starlette.responses import PlainTextResponse

from dossier.domain.search import toneless
from shared import parked
from shared.db.database import Database
from shared.kafka.producer import new_producer
from shared.kafka.topics import ensure_topics
from tests.conftest import NewDatabase
from tests.shared.web.site import serving
from tests.support.facts import NOON
from tests.support.personal_data import Scanner, in_files, in_pages, in_tables, in_topics
from tests.support.servers import Servers

NAME, PHONE = "Đặng Thị Bích Ngọc", "0912 388 477"
SCANNER = Scanner([NAME, PHONE])


@pytest.mark.parametrize(
    "write",
    [
        lambda value: value.encode(),
        lambda value: value.upper().encode(),
        lambda value: unicodedata.normalize("NFD", value).encode(),
        lambda value: toneless(value).encode(),
        lambda value: toneless(value).upper().encode(),
        lambda value: json.dumps({"to": value}).encode(),
        lambda value: quote(value).encode(),
        lambda value: value.encode().hex().encode(),
        lambda value: base64.b64encode(f"a{value}b".encode()),
        lambda value: base64.b64encode(f"ab{value}c".encode()),
        lambda value: base64.b64encode(f"abc{value}d".encode()),
    ],
)
@pytest.mark.parametrize("value", [NAME, PHONE])
def test_given_a_spelling_when_it_is_scanned_then_it_is_caught(
    value: str, write: Callable[[str], bytes]
) -> None:
    place = ("somewhere", b"before " + write(value) + b" after")

    assert SCANNER.look([place]) == [("somewhere", value)]
    assert SCANNER.look([("elsewhere", b"H34.10-261122-0007 62.000 VCB")]) == []


def test_given_a_value_that_stands_anywhere_when_it_is_to_be_scanned_then_it_is_refused() -> None:
    with pytest.raises(ValueError, match="found anywhere"):
        Scanner(["Án"])


@pytest.mark.parametrize("part", ["key", "value", "header"])
async def test_given_a_person_on_a_stream_when_it_is_scanned_then_the_record_is_named(
    servers: Servers, part: str
) -> None:
    topic = "tthc.fact"
    await ensure_topics(servers.kafka, {topic}, replication=1)
    producer = new_producer(servers.kafka, client_id="control")
    await producer.start()
    planted = {"key": b"k", "value": b"v", "header": b"h", part: NAME.encode()}
    try:
        plain = await producer.send_and_wait(topic, b"{}", key=b"H34.10-261122-0007")
        sent = await producer.send_and_wait(
            topic, planted["value"], key=planted["key"], headers=[("x", planted["header"])]
        )
    finally:
        await producer.stop()

    found = SCANNER.look(await in_topics(servers.kafka, [topic]))

    assert (f"{topic}/{sent.partition}/{sent.offset}", NAME) in found
    assert f"{topic}/{plain.partition}/{plain.offset}" not in [where for where, _ in found]


@pytest.mark.parametrize(
    ("package", "statement", "table"),
    [
        (
            "shared",
            "INSERT INTO outbox (id, partition, aggregatetype, aggregateid, type, topic, payload)"
            " VALUES (gen_random_uuid(), 0, 'fee', 'x', 't', 'lephi.fee', :value)",
            "outbox",
        ),
        (
            "shared",
            "INSERT INTO audit (id, at, actor, act, subject, reason)"
            " VALUES (gen_random_uuid(), now(), 'a', 'b', 'c', :value)",
            "audit",
        ),
        (
            "notifier",
            "INSERT INTO recipient (dossier_code, email) VALUES ('x', :value)",
            "recipient",
        ),
    ],
)
async def test_given_a_person_in_a_row_when_the_tables_are_scanned_then_the_table_is_named(
    database_of: NewDatabase, package: str, statement: str, table: str
) -> None:
    database = await database_of(package)
    async with database.transaction() as session:
        await session.execute(text(statement), {"value": NAME})

    found = SCANNER.look(await in_tables(database.dsn))

    assert found == [(f"{database.dsn.rpartition('/')[2]}.public.{table}", NAME)]
    assert SCANNER.look(await in_tables(database.dsn, without=[table])) == []
    assert SCANNER.look(await in_tables(database.dsn, only=[table])) == found


async def test_given_a_parked_body_when_it_is_scanned_then_only_an_unlocked_one_is_caught(
    database_of: NewDatabase,
) -> None:
    database: Database = await database_of("shared")
    record = parked.Record("tthc.dossier", 0, 1, "key", NAME.encode(), {}, NOON)
    async with database.transaction() as session:
        await parked.park(session, "desk", record, parked.Reason("bug", "bug"), now=NOON)
    locked = SCANNER.look(await in_tables(database.dsn))

    async with database.transaction() as session:
        await session.execute(text("UPDATE parked SET body = :body"), {"body": NAME.encode()})
    unlocked = SCANNER.look(await in_tables(database.dsn))

    assert locked == []
    assert [value for _, value in unlocked] == [NAME]


def test_given_a_person_in_a_log_when_files_are_scanned_then_the_file_is_named(
    tmp_path: Path,
) -> None:
    for name in ("logs", "receipts"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "one.log").write_text(f'{{"event":"x","phone":"{PHONE}"}}', "utf-8")

    found = SCANNER.look(in_files(tmp_path, without=["receipts"]))

    assert found == [("logs/one.log", PHONE)]


async def test_given_a_person_in_a_label_when_figures_are_scanned_then_the_address_is_named() -> (
    None
):
    figures = PlainTextResponse(f'calls_total{{who="{NAME}"}} 1')

    async with serving(figures) as address:
        found = SCANNER.look(await in_pages([f"{address}/metrics"]))

    assert found == [(f"{address}/metrics", NAME)]

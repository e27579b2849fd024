"""What operators see, and what everyone may read: contracts, board, timeline, parked, proof."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import yaml
from httpx import AsyncClient

from ops import handlers, use_cases
from ops.domain.evidence import Evidence
from ops.domain.figures import Backlog, HeldUp, Unanswered, Unsent, WorkKind
from ops.domain.findings import Breach
from ops.domain.report import as_json, prove
from ops.main import make_service
from ops.pages.words import breaches, statements
from shared.contracts.catalogue import EVENT_TYPES
from shared.contracts.messaging import MessageParked
from shared.contracts.payment import TOPIC
from shared.db.database import Database
from shared.service import Service
from shared.subscriptions import Message
from shared.web.identity import Role
from tests.conftest import NewDatabase
from tests.ops.builders import CODE, LONG_AGO, NOW, a_receipt, a_settled_payment, an_id, sound, told
from tests.ops.test_invariants import with_a_deleted_receipt
from tests.support.sign_in import sign_in_as
from tests.support.web import client_of

OPERATOR_PAGES = (
    "/van-hanh",
    "/van-hanh/dong-su-kien",
    "/van-hanh/tin-bi-giu",
    "/van-hanh/chung-minh",
)


@pytest.fixture
async def database(database_of: NewDatabase) -> Database:
    return await database_of("ops")


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch, database: Database) -> Service:
    monkeypatch.setenv("OPS_DATABASE_URL", database.dsn)
    return make_service()


@pytest.fixture
async def client(service: Service, database: Database) -> AsyncIterator[AsyncClient]:
    async with client_of(service, database) as client:
        yield client


@pytest.fixture
async def operator(client: AsyncClient, service: Service, database: Database) -> AsyncClient:
    await sign_in_as(Role.OPERATOR, client=client, service=service, database=database)
    return client


async def given_facts(database: Database) -> None:
    """Archive a paid dossier that waits for its file, and one parked message."""
    facts = [a_settled_payment(), a_receipt("phi"), a_receipt("le_phi")]
    parked = MessageParked(
        consumer="receipt", topic_name=TOPIC, partition=1, offset=7, key=CODE,
        reason_code="payer-unknown",
    )  # fmt: skip
    async with database.transaction() as session:
        messages = [
            Message(
                fact.topic or "lephi.receipt", 0, number, CODE,
                told(fact, event_id=an_id(number), sequence=number, at=LONG_AGO), {}, LONG_AGO,
            )
            for number, fact in enumerate([*facts, parked], start=1)
        ]  # fmt: skip
        await handlers.archive_records(session, messages)


async def given_a_report(database: Database, report: dict[str, Any]) -> None:
    async with database.transaction() as session:
        proof_id = await use_cases.ask_for_proof(session, by="someone", now=NOW)
        assert proof_id is not None
        await use_cases.finish_proof(session, proof_id, report, now=NOW)


async def test_given_anyone_when_reading_the_contracts_then_they_are_of_the_catalogue(
    client: AsyncClient,
) -> None:
    document = yaml.safe_load((await client.get("/api/ops/asyncapi.yaml")).text)

    assert document["asyncapi"] == "3.0.0"
    assert set(document["components"]["messages"]) == set(EVENT_TYPES)
    for message in document["components"]["messages"].values():
        reference = message["payload"]["allOf"][1]["properties"]["data"]["$ref"]
        schema = await client.get(f"/api/ops/{reference}")
        assert schema.status_code == 200
        assert schema.json()["$id"] == f"/api/ops/{reference}"


async def test_given_a_type_that_is_not_ours_when_its_schema_is_asked_for_then_it_is_a_problem(
    client: AsyncClient,
) -> None:
    answer = await client.get("/api/ops/schemas/vn.lephi.PaymentSettled.v9.json")

    assert answer.status_code == 404
    assert answer.json()["code"] == "schema-not-found"


@pytest.mark.parametrize("role", list(Role))
async def test_given_each_role_when_opening_an_operators_page_then_only_some_may(
    client: AsyncClient, service: Service, database: Database, role: Role
) -> None:
    await sign_in_as(role, client=client, service=service, database=database)

    statuses = {(await client.get(page)).status_code for page in OPERATOR_PAGES}
    asked = await client.post("/api/ops/v1/proof")

    assert statuses == ({200} if role in {Role.OPERATOR, Role.AUDITOR} else {403})
    assert asked.status_code == (202 if role is Role.OPERATOR else 403)


async def test_given_nobody_signed_in_when_opening_the_board_then_the_provider_is_next(
    client: AsyncClient,
) -> None:
    answer = await client.get("/van-hanh", headers={"accept": "text/html"})

    assert answer.status_code == 303
    assert "/api/ops/oidc/login" in answer.headers["location"]


async def test_given_figures_when_the_board_opens_then_it_tells_them(
    operator: AsyncClient, database: Database
) -> None:
    await given_facts(database)
    async with database.transaction() as session:
        await use_cases.record_figures(
            session,
            backlog=[Backlog("receipt", TOPIC, 4_812, NOW)],
            unsent=[Unsent("fee", 157, LONG_AGO, NOW)],
            unanswered=[Unanswered("H34", 318, LONG_AGO, NOW)],
            held_up=[
                HeldUp(WorkKind.SERIES, 2, 2, None, None, NOW),
                HeldUp(WorkKind.RECEIPT_NUMBER, 0, 0, None, None, NOW),
                HeldUp(WorkKind.RECEIPT_FILE, 37, 5, LONG_AGO, "pdf-not-made", NOW),
            ],
        )

    page = (await operator.get("/van-hanh")).text

    assert "4.812" in page
    assert "157" in page
    assert "Đối tác chưa xác nhận" in page
    assert "318" in page
    assert "24/11/2026 11:00:00" in page
    assert "lephi.receipt" in page
    assert "Tệp biên lai" in page
    assert "pdf-not-made" in page
    assert "Thiếu 2 dải số của năm sau" in page
    assert "37 biên lai có số mà chưa có tệp quá lâu" in page
    assert "chưa có số" not in page


async def test_given_a_code_as_people_type_it_when_searched_then_its_timeline_is_shown(
    operator: AsyncClient, database: Database
) -> None:
    await given_facts(database)

    page = (await operator.get("/van-hanh/dong-su-kien", params={"ma": f" {CODE.lower()} "})).text

    assert "Đã thu đủ" in page
    assert "EBL01 26TAA 1" in page
    assert "Chờ tạo tệp biên lai" in page
    assert "112.000" in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [("H34.10-261124-9999", "Chưa có sự kiện nào"), ("<b>không phải mã</b>", "không đúng dạng")],
)
async def test_given_nothing_to_show_when_searched_then_the_page_says_so(
    operator: AsyncClient, typed: str, said: str
) -> None:
    answer = await operator.get("/van-hanh/dong-su-kien", params={"ma": typed})

    assert answer.status_code == 200
    assert said in answer.text
    assert "<b>" not in answer.text


async def test_given_a_timeline_when_asked_for_as_json_then_its_facts_are_the_archived_bytes(
    operator: AsyncClient, database: Database
) -> None:
    await given_facts(database)

    timeline = (await operator.get(f"/api/ops/v1/timelines/{CODE}")).json()
    event = await operator.get(f"/api/ops/v1/events/{timeline['events'][0]['id']}")

    assert [each["type"].split(".")[2] for each in timeline["events"]] == [
        "PaymentSettled",
        "ReceiptIssued",
        "ReceiptIssued",
        "MessageParked",
    ]
    assert {each["what"] for each in timeline["awaited"]} == {"file"}
    assert json.loads(event.content)["data"]["dossier_code"] == CODE
    assert (await operator.get(f"/api/ops/v1/events/{an_id(99)}")).status_code == 404


async def test_given_a_parked_message_when_listed_then_reason_dossier_and_reader_are_named(
    operator: AsyncClient, database: Database
) -> None:
    await given_facts(database)

    page = (await operator.get("/van-hanh/tin-bi-giu")).text
    (item,) = (await operator.get("/api/ops/v1/parked-messages")).json()["items"]

    assert "payer-unknown" in page
    assert CODE in page
    assert (item["owner"], item["consumer"], item["offset"]) == ("receipt", "receipt", 7)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [(sound, "Mọi điều đều đúng."), (with_a_deleted_receipt, "thiếu số trong bảng")],
    ids=["sound", "broken"],
)
async def test_given_a_finished_proof_when_its_page_opens_then_it_tells_the_result(
    operator: AsyncClient,
    database: Database,
    evidence: Callable[[], Evidence],
    said: str,
) -> None:
    await given_a_report(database, as_json(prove(evidence()), at=NOW))

    page = (await operator.get("/van-hanh/chung-minh")).text

    assert said in page
    assert "I13" in page


def test_given_the_invariants_when_their_page_names_them_then_it_says_what_verify_says() -> None:
    told = {finding.code: finding.statement for finding in prove(sound())}

    assert statements() == told
    assert set(breaches()) == set(Breach)


async def test_given_no_proof_yet_when_its_page_opens_then_it_says_so(
    operator: AsyncClient,
) -> None:
    page = (await operator.get("/van-hanh/chung-minh")).text

    assert "Chưa có lần chứng minh nào." in page
    assert "Chứng minh ngay" in page

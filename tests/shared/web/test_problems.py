"""What is said when something is wrong: a problem to a machine, a page to a person, no secrets."""

from collections.abc import AsyncIterator

import pytest
from fastapi import APIRouter
from httpx import AsyncClient
from structlog.testing import capture_logs

from shared.db.database import Database
from shared.errors import Kind
from shared.web.identity import public
from tests.shared.web.site import PERSON, NoSuchPayableError, Site, a_client, some_settings

router = APIRouter()


@router.get("/sai/{kind}", dependencies=[public()])
async def fail(kind: Kind) -> None:
    error = NoSuchPayableError("no payable <b>", dossier_code="H34.10-261122-0007")
    error.kind = kind  # type: ignore[misc]  # one class for all kinds
    raise error


@router.get("/loi", dependencies=[public()])
async def break_down() -> None:
    raise RuntimeError("a secret of the code")


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    """A client of a site whose database is away."""
    site = Site(some_settings(), [router])
    async with a_client(site.app(Database(site.settings.database_url))) as client:
        yield client


STATUS = {
    "invalid": 422, "unauthenticated": 401, "forbidden": 403, "not_found": 404, "conflict": 409,
    "gone": 410, "limited": 429, "waiting": 409, "unavailable": 503,
}  # fmt: skip


@pytest.mark.parametrize("kind", list(Kind))
async def test_given_a_failure_when_a_machine_asks_then_it_hears_a_problem(
    client: AsyncClient, kind: Kind
) -> None:
    answer = await client.get(f"/sai/{kind}")

    assert answer.status_code == STATUS[kind]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "/problems/payable-not-found",
        "title": "Không tìm thấy trang này",
        "status": STATUS[kind],
        "code": "payable-not-found",
        "detail": "no payable <b>",
        "dossier_code": "H34.10-261122-0007",
    }


@pytest.mark.parametrize("kind", [each for each in Kind if each is not Kind.UNAUTHENTICATED])
async def test_given_a_failure_when_a_person_asks_then_they_see_a_page_with_the_support_phone(
    client: AsyncClient, kind: Kind
) -> None:
    answer = await client.get(f"/sai/{kind}", headers=PERSON)

    assert answer.status_code == STATUS[kind]
    assert "<h1>Không tìm thấy trang này</h1>" in answer.text
    assert "1900 0000" in answer.text
    assert "no payable" not in answer.text


async def test_given_a_bug_when_it_happens_then_it_is_logged_and_nothing_of_it_is_told(
    client: AsyncClient,
) -> None:
    with capture_logs() as logs:
        problem = await client.get("/loi")
        page = await client.get("/loi", headers=PERSON)

    assert [line["event"] for line in logs] == ["request.failed"] * 2
    assert (problem.status_code, page.status_code) == (500, 500)
    assert "secret" not in problem.text + page.text


async def test_given_no_such_address_when_it_is_asked_then_both_forms_say_so(
    client: AsyncClient,
) -> None:
    problem = await client.get("/api/desk/v1/nothing", headers=PERSON)
    page = await client.get("/nothing", headers=PERSON)

    assert problem.json()["code"] == "not-found"
    assert "Tìm theo số hồ sơ" in page.text
    assert (problem.status_code, page.status_code) == (404, 404)

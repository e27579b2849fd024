"""What is put wrong into the officer's search and the citizen's list: told, never a failure."""

from collections.abc import AsyncIterator

import pytest

from dossier.main import make_service
from shared.web.identity import Role
from tests.conftest import NewDatabase
from tests.dossier.builders import CODE, fold_said, hear_dossier
from tests.dossier.test_pages import PAGE, Desk
from tests.support.web import client_of

NOTHING = [
    "\x00", "không\x00có", "\u202egnôhk", "\ud7ff", "<script>", "' OR 1=1 --", "%", "_", "*",
    ":*", "!", "a & | b", "'", "\\", "H99.99-261122-0007", "0" * 200, "e\u0301" * 90, "\u200b",
]  # fmt: skip
WRONG = [
    ("loc=x", 422), ("limit=0", 422), ("limit=1000000000", 422), ("limit=một", 422),
    ("tim=" + "x" * 201, 422), ("sau=hôm-qua", 200), ("sau=~", 200), ("sau=%00", 200),
    ("sau=2026-11-22T00:00:00%2B00:00~%00", 200), ("sau=2026-11-22~H34", 200),
    ("sau=9999-12-31T23:59:59-12:00~H34", 200),
]  # fmt: skip


@pytest.fixture
async def desk(database_of: NewDatabase) -> AsyncIterator[Desk]:
    database = await database_of("dossier")
    service = make_service()
    await hear_dossier(database)
    await fold_said(database)
    async with client_of(service, database) as client:
        yield Desk(client, service, database)


async def test_given_rubbish_when_an_officer_searches_then_nothing_is_found_and_nothing_fails(
    desk: Desk,
) -> None:
    await desk.sign_in(Role.OFFICER)

    for typed in NOTHING:
        answer = await desk.client.get("/can-bo/ho-so", params={"tim": typed}, headers=PAGE)
        assert answer.status_code == 200, (typed, answer.text)
        assert "<script>" not in answer.text.replace("<script src", "").replace("<script defer", "")
    for query, status in WRONG:
        answer = await desk.client.get(f"/can-bo/ho-so?{query}", headers=PAGE)
        assert answer.status_code == status, (query, answer.text)
        if status == 422:
            assert "Nội dung gửi lên chưa đúng" in answer.text


async def test_given_rubbish_when_a_citizen_pages_or_a_code_is_none_then_it_is_told(
    desk: Desk,
) -> None:
    await desk.sign_in(Role.CITIZEN, id_number="062090000001", agency_code=None)
    for after, status in (("%00", 200), ("khong-co", 200), ("x" * 41, 200), (CODE, 200)):
        answer = await desk.client.get(f"/ho-so?sau={after}", headers=PAGE)
        assert answer.status_code == status, (after, answer.text)

    await desk.sign_in(Role.OFFICER)
    for code in ("H34", "%00", "H34.10-261322-0007", "..%2F..", "x" * 300):
        answer = await desk.client.get(f"/can-bo/ho-so/{code}", headers=PAGE)
        assert answer.status_code in {404, 422}, (code, answer.text)
        machine = await desk.client.get(f"/api/dossier/v1/dossiers/{code}")
        assert machine.status_code in {404, 422}
        assert machine.headers["content-type"] == "application/problem+json"

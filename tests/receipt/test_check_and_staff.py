"""The public check of a receipt, and what staff see: their agency decides."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from receipt.handlers import publish_agency
from shared.clock import utc_now
from shared.days import vietnam_day
from shared.db.tables import AuditRow
from shared.web.identity import Role
from tests.receipt.builders import DOSSIER
from tests.receipt.test_handlers import an_agency
from tests.receipt.world import PEOPLE, PERSONAL, World
from tests.support.environment import ENVIRONMENT
from tests.support.facts import an_envelope

NUMBER_1 = "/xac-minh/6101234567/EBL01/26TAA/1"


async def test_given_a_receipt_when_anyone_checks_it_then_it_is_ours_and_nobody_is_named(
    world: World,
) -> None:
    [receipt] = await world.pay()
    path = receipt.check_url.removeprefix(ENVIRONMENT["RECEIPT_URL"])

    page = await world.page(path)

    assert "Biên lai hợp lệ" in page
    assert "62.000" in page
    assert not any(text in page for text in (*PERSONAL, DOSSIER))


@pytest.mark.parametrize(
    "path",
    [
        "/xac-minh/6101234567/EBL01/26TAA/2",
        "/xac-minh/6101234567/EBL01/26TAB/1",
        "/xac-minh/6101234568/EBL01/26TAA/1",
        "/xac-minh/6101234567/EBL01/26TAA/0",
        "/xac-minh/6101234567/EBL01/26TAA/-1",
        "/xac-minh/6101234567/EBL01/26TAA/999999999999999999999",
        "/xac-minh/6101234567/EBL01/26TAA/1'--",
        "/xac-minh/6101234567/EBL01/26TAA/%E1%BB%99",
    ],
)
async def test_given_another_place_when_checked_then_it_is_not_ours(
    world: World, path: str
) -> None:
    await world.pay()

    page = await world.page(path, status=404)

    assert "Không phải biên lai của hệ thống này" in page


async def test_given_symbols_as_printed_when_typed_then_they_lead_to_the_check_page(
    world: World,
) -> None:
    typed = {"mst": " 6101234567", "mau": "ebl01", "ky_hieu": "26taa ", "so": "0001"}

    found = await world.client.get("/xac-minh", params=typed)
    wrong = await world.client.get("/xac-minh", params=typed | {"so": "một"})

    assert (found.status_code, found.headers["location"]) == (303, NUMBER_1)
    assert wrong.status_code == 422
    assert "Xác minh biên lai" in await world.page("/xac-minh")


async def test_given_a_machine_when_it_verifies_then_it_hears_valid_or_unknown(
    world: World,
) -> None:
    [receipt] = await world.pay()
    place = {
        "issuer_tax_code": "6101234567",
        "form_symbol": receipt.form_symbol,
        "serial_symbol": receipt.serial_symbol,
    }
    address = "/api/receipt/v1/verifications"

    ours = await world.client.post(address, json=place | {"number": 1})
    unknown = await world.client.post(address, json=place | {"number": 2})

    assert (ours.json()["result"], ours.json()["total_vnd"]) == ("valid", 62_000)
    assert unknown.json()["result"] == "unknown"


async def test_given_staff_when_they_view_a_file_then_their_agency_decides(world: World) -> None:
    [receipt] = await world.pay()
    path = f"/can-bo/bien-lai/{receipt.receipt_id}/pdf"
    await world.sign_in(Role.OFFICER)
    assert "đang được tạo" in await world.page(path, status=202)
    await world.make_files()

    own = await world.client.get(path, headers=PEOPLE)
    await world.sign_in(Role.OFFICER, "H34.22.08")
    foreign = await world.client.get(path, headers=PEOPLE)
    await world.sign_in(Role.CITIZEN)
    citizen = await world.client.get(path, headers=PEOPLE)

    assert (own.status_code, own.headers["content-type"]) == (200, "application/pdf")
    assert own.headers["content-disposition"].startswith("inline")
    assert (foreign.status_code, citizen.status_code) == (404, 403)
    async with world.database.transaction() as session:
        seen = (await session.scalars(select(AuditRow))).all()
    assert {(row.act, row.subject) for row in seen} == {("receipt.view", receipt.dossier_code)}
    assert len(seen) == 2  # While it was being made, and its file.


async def test_given_many_receipts_when_the_accountant_pages_then_each_is_shown_once(
    world: World,
) -> None:
    for number in range(1, 6):
        await world.pay(dossier_code=f"H34.10-261122-{number:04}")
    await world.sign_in(Role.ACCOUNTANT)

    path, shown = "/can-bo/bien-lai?limit=2", []
    while path:
        page = await world.page(path)
        shown += re.findall(r"/can-bo/ho-so/H34\.10-261122-(\d{4})", page)
        following = re.search(r'href="(/can-bo/bien-lai\?after=[^"]+)"', page)
        path = following.group(1).replace("&amp;", "&") if following else ""

    assert shown == ["0005", "0004", "0003", "0002", "0001"]
    assert "TAA" in page
    await world.sign_in(Role.ACCOUNTANT, "H34.22.08")
    assert "Chưa có biên lai nào" in await world.page("/can-bo/bien-lai")


async def test_given_a_merger_when_its_day_is_past_then_the_successors_staff_see_its_receipts(
    world: World,
) -> None:
    [receipt] = await world.pay()
    path = f"/can-bo/bien-lai/{receipt.receipt_id}/pdf"
    await world.make_files()
    await world.sign_in(Role.ACCOUNTANT, "H48.70")
    before = await world.client.get(path, headers=PEOPLE)
    today = vietnam_day(utc_now())

    answers = []
    for sequence, ends in ((1, today), (2, today - timedelta(days=1))):
        old = an_agency(valid_to=ends, succeeded_by="H48.70")
        async with world.database.transaction() as session:
            await publish_agency(session, an_envelope(an_agency(agency_code="H48.70")))
            await publish_agency(session, an_envelope(old, sequence=sequence))
        answers.append((await world.client.get(path, headers=PEOPLE)).status_code)

    assert before.status_code == 404
    assert answers == [404, 200]
    assert receipt.dossier_code in await world.page("/can-bo/bien-lai")

"""Who is shown which receipt: holders, citizens, staff, and anyone who asks whether it is real."""

import re
from dataclasses import dataclass
from uuid import UUID

import pytest
from httpx import AsyncClient

from receipt.adapters.file_store.local_folder import LocalFolder
from receipt.jobs import make_file
from shared.clock import utc_now
from shared.contracts.parts import FeeKind
from shared.contracts.receipt import ReceiptIssued
from shared.db.database import Database
from shared.ids import new_id
from shared.links import Purpose, make_token
from shared.pdf import PdfPrinter
from shared.service import Service
from shared.web.identity import Role, User, session_of
from shared.web.sessions import new_secret
from shared.web.signing import session_cookie
from tests.receipt.acts import issued, know, settle
from tests.receipt.builders import DOSSIER, a_line, a_party, a_payment
from tests.support.environment import ENVIRONMENT
from tests.support.sign_in import sign_in_as

PEOPLE = {"Accept": "text/html"}
PERSONAL = ("Đặng Thị Ngọc Ánh", "Phan Đình Phùng", "062090000001", "0905", "123 456", "anh@")
NUMBER_1 = "/xac-minh/6101234567/EBL01/26TAA/1"


@dataclass
class World:
    """The application, who asks it, and what makes its files."""

    client: AsyncClient
    database: Database
    service: Service
    printer: PdfPrinter
    store: LocalFolder

    async def pay(self, *kinds: FeeKind, dossier_code: str = DOSSIER) -> list[ReceiptIssued]:
        await know(self.database, a_party(dossier_code=dossier_code))
        lines = [a_line(kind) for kind in kinds or (FeeKind.PHI,)]
        before = len(await issued(self.database))
        await settle(self.database, a_payment(*lines, dossier_code=dossier_code), clock=utc_now)
        return list(await issued(self.database))[before:]

    async def make_files(self) -> None:
        while await make_file(self.database, None, printer=self.printer, store=self.store):
            pass

    async def page(self, path: str, *, status: int = 200) -> str:
        answer = await self.client.get(path, headers=PEOPLE)
        assert answer.status_code == status, answer.text
        return " ".join(answer.text.split())

    async def sign_in_citizen(self, id_number: str) -> None:
        user = User(
            subject=str(new_id()),
            name="Công dân",
            roles=frozenset({Role.CITIZEN}),
            id_number=id_number,
        )
        secret = new_secret()
        async with self.database.transaction() as session:
            session.add(session_of(user, secret=secret, id_token="", now=utc_now()))
        cookie = session_cookie(self.service.name, self.service.settings.public_url)
        self.client.cookies.set(cookie, secret)

    async def sign_in(self, role: Role, agency_code: str = "H34.10") -> None:
        await sign_in_as(
            role,
            client=self.client,
            service=self.service,
            database=self.database,
            agency_code=agency_code,
        )


@pytest.fixture
async def world(
    client: AsyncClient,
    database: Database,
    service: Service,
    printer: PdfPrinter,
    store: LocalFolder,
) -> World:
    return World(client, database, service, printer, store)


def token_of(receipt_id: UUID, purpose: Purpose = Purpose.RECEIPT) -> str:
    return make_token(ENVIRONMENT["LINK_KEY"], purpose, receipt_id)


async def test_given_an_issued_receipt_when_its_holder_looks_then_the_facts_are_there_at_once(
    world: World,
) -> None:
    [receipt] = await world.pay()

    page = await world.page(f"/bien-lai/{token_of(receipt.receipt_id)}")

    for said in ("Thông tin biên lai thanh toán", "EBL01", "62.000", "Sáu mươi hai nghìn đồng"):
        assert said in page
    assert "biên lai đang được tạo" in page
    assert 'http-equiv="refresh"' in page
    assert not any(text in page for text in PERSONAL)


async def test_given_a_file_in_the_making_when_it_is_asked_for_then_202_and_later_the_pdf(
    world: World,
) -> None:
    [receipt] = await world.pay()
    path = f"/api/receipt/v1/receipts/{token_of(receipt.receipt_id)}"

    waiting = await world.client.get(f"{path}/pdf")
    await world.make_files()
    ready = await world.client.get(f"{path}/pdf")

    assert (waiting.status_code, waiting.headers["retry-after"]) == (202, "2")
    assert ready.status_code == 200
    assert ready.headers["content-type"] == "application/pdf"
    assert ready.headers["content-disposition"].startswith("inline; filename=")
    assert ready.content.startswith(b"%PDF")
    facts = (await world.client.get(path)).json()
    assert facts["file_status"] == "stored"
    assert (facts["form_symbol"], facts["number"], facts["total_vnd"]) == ("EBL01", 1, 62_000)
    page = await world.page(f"/bien-lai/{token_of(receipt.receipt_id)}")
    assert f"/api/receipt/v1/receipts/{token_of(receipt.receipt_id)}/pdf" in page
    assert 'http-equiv="refresh"' not in page


@pytest.mark.parametrize("purpose", [p for p in Purpose if p is not Purpose.RECEIPT])
async def test_given_a_token_of_another_purpose_when_used_then_no_receipt_is_opened(
    world: World, purpose: Purpose
) -> None:
    [receipt] = await world.pay()
    token = token_of(receipt.receipt_id, purpose)

    answers = [
        await world.client.get(path, headers=PEOPLE)
        for path in (
            f"/bien-lai/{token}",
            f"/bien-lai/{token}/events",
            f"/api/receipt/v1/receipts/{token}",
            f"/api/receipt/v1/receipts/{token}/pdf",
        )
    ]

    assert [answer.status_code for answer in answers] == [404] * 4


async def test_given_one_changed_letter_or_nobodys_id_when_used_then_the_answers_are_alike(
    world: World,
) -> None:
    [receipt] = await world.pay()
    token = token_of(receipt.receipt_id)
    changed = token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1]

    answers = [
        await world.client.get(f"/api/receipt/v1/receipts/{wrong}")
        for wrong in (changed, token_of(new_id()), receipt.receipt_id)
    ]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert len({answer.text for answer in answers}) == 1


async def test_given_code_and_phone_when_one_receipt_is_there_then_it_opens(world: World) -> None:
    [receipt] = await world.pay()

    answer = await world.client.post(
        "/bien-lai", data={"ma": "h34.10-261122-0007 ", "so_cuoi": "3456"}
    )

    assert answer.status_code == 303
    assert answer.headers["location"] == f"/bien-lai/{token_of(receipt.receipt_id)}"


async def test_given_code_and_phone_when_two_receipts_are_there_then_both_are_linked(
    world: World,
) -> None:
    receipts = await world.pay(FeeKind.PHI, FeeKind.LE_PHI)

    answer = await world.client.post("/bien-lai", data={"ma": DOSSIER, "so_cuoi": "3456"})

    assert answer.status_code == 200
    for receipt in receipts:
        assert f"/bien-lai/{token_of(receipt.receipt_id)}" in answer.text


async def test_given_a_wrong_guess_when_asked_then_the_answer_is_that_of_a_missing_dossier(
    world: World,
) -> None:
    await world.pay()
    other = "H34.10-261122-0008"

    wrong = await world.client.post("/bien-lai", data={"ma": DOSSIER, "so_cuoi": "9999"})
    missing = await world.client.post("/bien-lai", data={"ma": other, "so_cuoi": "3456"})
    empty = await world.client.post("/bien-lai", data={"ma": DOSSIER, "so_cuoi": ""})

    assert wrong.status_code == missing.status_code == empty.status_code == 404
    assert wrong.text == missing.text.replace(other, DOSSIER) == empty.text


async def test_given_no_dossier_code_when_asked_then_the_field_says_so(world: World) -> None:
    answer = await world.client.post("/bien-lai", data={"ma": "abc", "so_cuoi": "3456"})

    assert answer.status_code == 422
    assert "Số hồ sơ chưa đúng" in answer.text


async def test_given_many_guesses_when_one_more_comes_then_it_is_refused(world: World) -> None:
    for _ in range(30):
        await world.client.post("/bien-lai", data={"ma": DOSSIER, "so_cuoi": "0000"})

    answer = await world.client.post("/bien-lai", data={"ma": DOSSIER, "so_cuoi": "3456"})

    assert answer.status_code == 429


async def test_given_a_citizen_when_signed_in_then_their_own_receipts_are_listed_and_no_others(
    world: World,
) -> None:
    [receipt] = await world.pay()

    await world.sign_in_citizen("062090000001")
    own = await world.page("/bien-lai")
    await world.sign_in_citizen("062090000002")
    others = await world.page("/bien-lai")

    assert f"/bien-lai/{token_of(receipt.receipt_id)}" in own
    assert DOSSIER in own
    assert f"/bien-lai/{token_of(receipt.receipt_id)}" not in others


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

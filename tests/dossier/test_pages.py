"""The pages of dossier: who sees what, and how it is found."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from httpx import AsyncClient

from dossier.main import make_service
from shared.clock import utc_now
from shared.contracts.fee import FeePending, PendingReason
from shared.db.database import Database
from shared.ids import new_id
from shared.service import Service
from shared.views import apply
from shared.web.identity import Role, User, session_of
from shared.web.sessions import new_secret
from shared.web.signing import session_cookie
from tests.conftest import NewDatabase
from tests.dossier.builders import (
    CODE,
    CONTEXT,
    a_file,
    a_line,
    a_person,
    a_receipt,
    a_request,
    a_settlement,
    an_assessment,
    fold_said,
    hear_dossier,
    puts_of,
)
from tests.dossier.refunds import a_refund
from tests.support.facts import an_envelope
from tests.support.web import client_of

OTHER = "H34.22.08-261122-0001"
PAGE = {"accept": "text/html"}
LINE = a_line()
REQUEST = a_request(LINE)
PAID = a_settlement(REQUEST)
RECEIPT = a_receipt(PAID)


@dataclass
class Desk:
    """A browser, and what it talks to."""

    client: AsyncClient
    service: Service
    database: Database

    async def sign_in(
        self, role: Role, *, agency_code: str | None = "H34.10", id_number: str | None = None
    ) -> None:
        """Let the browser be someone with ``role``."""
        user = User(
            subject="someone", name="Người dùng", roles=frozenset({role}),
            agency_code=agency_code, agency_name="Trung tâm", id_number=id_number,
        )  # fmt: skip
        secret = new_secret()
        async with self.database.transaction() as session:
            session.add(session_of(user, secret=secret, id_token="", now=utc_now()))
        cookie = session_cookie(self.service.name, self.service.settings.public_url)
        self.client.cookies.set(cookie, secret)

    async def page(self, address: str, status: int = 200) -> str:
        """Return the page at ``address``."""
        answer = await self.client.get(address, headers=PAGE)
        assert answer.status_code == status, answer.text
        return answer.text

    async def goes_to(self, address: str) -> str:
        """Return where ``address`` sends the browser."""
        answer = await self.client.get(address, headers=PAGE)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])


@pytest.fixture
async def desk(database_of: NewDatabase) -> AsyncIterator[Desk]:
    """A desk at which two dossiers of one agency and one of another are known."""
    database = await database_of("dossier")
    service = make_service()
    await hear_dossier(database)
    await hear_dossier(
        database,
        MaHoSo="H34.10-261122-0008",
        ChuHoSo=a_person("Trần Thị Bình", DienThoai="0911222333", SoDinhDanh="062090000002"),
    )
    other = {"Ma": "H34.22.08", "Ten": "Ủy ban nhân dân phường Kon Tum"}
    await hear_dossier(database, MaHoSo=OTHER, CoQuanTiepNhan=other, DonViThu=other)
    await fold_said(database, an_assessment(LINE), REQUEST, PAID, RECEIPT, a_file(RECEIPT))
    async with client_of(service, database) as client:
        yield Desk(client, service, database)


async def test_given_nobody_signed_in_when_home_opens_then_it_leads_to_paying(desk: Desk) -> None:
    home = await desk.page("/")

    assert 'action="/thanh-toan"' in home
    assert "Tra cứu biên lai" in home
    assert "Đăng nhập" in home
    assert "/api/dossier/oidc/login" in await desk.goes_to("/can-bo")


async def test_given_an_officer_when_they_search_without_tone_marks_then_the_only_hit_opens(
    desk: Desk,
) -> None:
    await desk.sign_in(Role.OFFICER)

    for typed in ("nguyen van", "Nguyễn Văn Đức", "0900 000 001", "h34.10-261122-0007", "0007"):
        found = await desk.client.get("/can-bo/ho-so", params={"tim": typed}, headers=PAGE)
        assert found.headers.get("location") == f"/can-bo/ho-so/{CODE}", typed
    both = await desk.page("/can-bo/ho-so?tim=261122")
    assert CODE in both
    assert "Trần Thị Bình" in both
    assert "H34.10-261122-0008" in both
    assert OTHER not in both
    assert "Chưa tìm thấy hồ sơ nào" in await desk.page("/can-bo/ho-so?tim=le+thi+khong+co")


async def test_given_the_board_when_it_is_filtered_and_paged_then_only_those_lines_are_shown(
    desk: Desk,
) -> None:
    await desk.sign_in(Role.ACCOUNTANT)

    paid = await desk.page("/can-bo/ho-so?loc=paid")
    assert CODE in paid
    assert "0008" not in paid
    first = await desk.page("/can-bo/ho-so?limit=1")
    assert ("H34.10-261122-0008" in first, CODE in first) == (True, False)
    after = first.split('href="/can-bo/ho-so?after=')[1].split('"')[0].replace("&amp;", "&")
    second = await desk.page(f"/can-bo/ho-so?after={after}")
    assert f'/can-bo/ho-so/{CODE}"' in second
    assert '/can-bo/ho-so/H34.10-261122-0008"' not in second
    assert "limit=1" in after
    assert "Về đầu danh sách" in second


async def test_given_a_fee_that_went_back_wholly_when_looked_at_then_nothing_calls_it_paid(
    desk: Desk,
) -> None:
    await desk.sign_in(Role.ACCOUNTANT)
    await fold_said(desk.database, a_refund(PAID, 62_000))

    assert CODE not in await desk.page("/can-bo/ho-so?loc=paid")
    fees = await desk.page(f"/can-bo/ho-so/{CODE}?tab=le-phi")
    assert "Đã hoàn" in fees
    assert "Đã thanh toán" not in fees.split("Diễn biến", maxsplit=1)[0]


async def test_given_an_officer_when_a_paid_dossier_opens_then_its_receipt_can_be_read(
    desk: Desk,
) -> None:
    await desk.sign_in(Role.OFFICER)

    fees = await desk.page(f"/can-bo/ho-so/{CODE}?tab=le-phi")

    for words in ("Đã thanh toán", "Vietcombank", "62.000", "EBL01 26TAA", "Xem biên lai"):
        assert words in fees
    assert f"/can-bo/bien-lai/{RECEIPT.receipt_id}/pdf" in fees
    assert "Thông tin biên lai thanh toán" in fees
    receipts = await desk.page(f"/can-bo/ho-so/{CODE}?tab=bien-lai")
    assert "1024" in receipts
    diary = await desk.page(f"/can-bo/ho-so/{CODE}?tab=nhat-ky")
    for words in ("Tiếp nhận từ hệ thống tỉnh", "Xác định mức thu 62.000", "Biên lai 26TAA-1024"):
        assert words in diary


async def test_given_another_agencys_dossier_when_it_is_asked_for_then_it_is_like_a_missing_one(
    desk: Desk,
) -> None:
    await desk.sign_in(Role.OFFICER)

    others = await desk.page(f"/can-bo/ho-so/{OTHER}", 404)
    missing = await desk.page("/can-bo/ho-so/H34.10-261122-9999", 404)
    stream = await desk.client.get(f"/can-bo/ho-so/{OTHER}/events", headers=PAGE)
    machine = await desk.client.get(f"/api/dossier/v1/dossiers/{OTHER}")

    assert others.replace(OTHER, "") == missing.replace("H34.10-261122-9999", "")
    assert (stream.status_code, machine.status_code) == (404, 404)
    await desk.sign_in(Role.OFFICER, agency_code="H34.22.08")
    assert OTHER in await desk.page(f"/can-bo/ho-so/{OTHER}")
    await desk.sign_in(Role.OFFICER, agency_code=None)
    await desk.page(f"/can-bo/ho-so/{OTHER}", 404)


async def test_given_staff_when_they_open_the_facts_then_people_are_shown_to_those_who_need_them(
    desk: Desk,
) -> None:
    await desk.sign_in(Role.OFFICER)
    seen = await desk.page(f"/can-bo/ho-so/{CODE}")
    await desk.sign_in(Role.OPERATOR)
    hidden = await desk.page(f"/can-bo/ho-so/{CODE}")
    hidden += await desk.page("/can-bo/ho-so")

    assert "Nguyễn Văn Đức" in seen
    assert "0620******01" in seen
    assert "062090000001" not in seen
    assert "Nguyễn Văn Đức" not in hidden


async def test_given_a_citizen_when_they_sign_in_then_they_see_their_own_dossiers_only(
    desk: Desk,
) -> None:
    await desk.sign_in(Role.CITIZEN, agency_code=None, id_number="062090000002")

    own = await desk.page("/ho-so")

    assert "H34.10-261122-0008" in own
    assert CODE not in own
    await desk.page("/can-bo", 403)
    await desk.sign_in(Role.CITIZEN, agency_code=None)
    assert "Chưa có hồ sơ nào" in await desk.page("/ho-so")


async def test_given_the_day_when_it_opens_then_due_and_paid_are_counted(desk: Desk) -> None:
    await desk.sign_in(Role.SUPERVISOR)

    today = await desk.page("/can-bo")

    assert "Chờ thanh toán" in today
    assert CODE in today


async def test_given_a_code_in_another_spelling_when_it_is_opened_then_it_leads_to_the_stored_one(
    desk: Desk,
) -> None:
    await desk.sign_in(Role.OFFICER)

    assert await desk.goes_to("/can-bo/ho-so/h34.10-261122-0007?tab=le-phi") == (
        f"/can-bo/ho-so/{CODE}?tab=le-phi"
    )
    await desk.page("/can-bo/ho-so/khong-phai-ma", 422)


async def test_given_a_program_when_it_asks_for_a_dossier_then_no_person_is_in_the_answer(
    desk: Desk,
) -> None:
    await desk.sign_in(Role.OFFICER)

    answer = (await desk.client.get(f"/api/dossier/v1/dossiers/{CODE}")).json()

    assert (answer["standing"], answer["paid_vnd"], answer["state"]) == ("paid", 62_000, "living")
    assert "Nguyễn" not in str(answer)


async def test_given_an_error_code_when_it_is_opened_then_a_page_says_what_to_do(
    desk: Desk,
) -> None:
    assert "dossier-not-found" in await desk.page("/problems/dossier-not-found")


async def test_given_the_board_when_it_is_narrowed_then_the_form_keeps_what_was_asked(
    desk: Desk,
) -> None:
    await desk.sign_in(Role.OFFICER)

    found = await desk.page(
        "/can-bo/ho-so?tim=261122&trang_thai=2&thu_tuc=2.000815&tu=2026-11-22&den=2026-11-22"
    )
    assert f'/can-bo/ho-so/{CODE}"' in found
    assert 'value="2026-11-22"' in found
    assert '<option value="2" selected>Được tiếp nhận' in found
    assert "<details" in found
    for nothing in ("trang_thai=9", "thu_tuc=9.999999", "tu=2026-11-23", "den=2026-11-21"):
        page = await desk.page(f"/can-bo/ho-so?{nothing}")
        assert "Bỏ các điều kiện lọc" in page, nothing
    empty = await desk.page("/can-bo/ho-so?tim=&trang_thai=&thu_tuc=&tu=&den=hom-nay")
    assert CODE in empty


async def test_given_a_fee_without_a_tariff_when_the_list_is_opened_then_the_dossier_stands_there(
    desk: Desk,
) -> None:
    waiting = FeePending(
        dossier_code="H34.10-261122-0008", assessment_id=new_id(), version=1, context=CONTEXT,
        lines=(a_line(),), reason_code=PendingReason.NO_TARIFF,
    )  # fmt: skip
    async with desk.database.transaction() as session:
        await apply(session, puts_of([an_envelope(waiting)]))
    await desk.sign_in(Role.OFFICER)

    listed = await desk.page("/can-bo/ho-so?loc=waiting")

    assert "H34.10-261122-0008" in listed
    assert CODE not in listed
    assert "Chưa có biểu phí" in await desk.page("/can-bo/ho-so/H34.10-261122-0008")


async def test_given_someone_who_may_not_see_people_when_they_search_a_name_then_nothing_is_found(
    desk: Desk,
) -> None:
    await desk.sign_in(Role.OPERATOR)

    assert "Chưa tìm thấy hồ sơ nào" in await desk.page("/can-bo/ho-so?tim=nguyen+van")
    assert await desk.goes_to("/can-bo/ho-so?tim=0007") == f"/can-bo/ho-so/{CODE}"

"""Giấy tiếp nhận: what the paper says, and what a barcode reader and a phone read off it."""

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
import zxingcpp
from httpx import AsyncClient
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import select

from dossier.main import make_service
from shared.db.tables import AuditRow
from shared.web.identity import Role
from tests.conftest import NewDatabase
from tests.dossier.builders import (
    CODE,
    a_line,
    a_person,
    a_request,
    an_assessment,
    fold_said,
    hear_dossier,
)
from tests.dossier.test_pages import OTHER, Desk
from tests.support.pictures import first_page
from tests.support.web import client_of

LONG: Final = "H34.22.08-261122-0000123"
PICTURES: Final = Path(__file__).parents[2] / ".lephi" / "screenshots"


@pytest.fixture
async def desk(database_of: NewDatabase) -> AsyncIterator[Desk]:
    """A desk of an officer; one dossier owes a fee, one has a long name and no fee yet."""
    database = await database_of("dossier")
    service = make_service()
    payer = a_person("Hoàng Thị Thanh Thủy", DiaChi="Tổ 3, " + "thôn Kon Rờ Bàng " * 4)
    await hear_dossier(database, NguoiNop=payer)
    await hear_dossier(database, MaHoSo=LONG, ChuHoSo=a_person(SoDinhDanh=None, Email=None))
    other = {"Ma": "H34.22.08", "Ten": "Ủy ban nhân dân phường Kon Tum"}
    await hear_dossier(database, MaHoSo=OTHER, CoQuanTiepNhan=other, DonViThu=other)
    line = a_line()
    await fold_said(database, an_assessment(line), a_request(line))
    async with client_of(service, database) as client:
        found = Desk(client, service, database)
        await found.sign_in(Role.OFFICER)
        yield found
    for close in service.closers:
        await close()


async def slip(client: AsyncClient, code: str) -> tuple[str, dict[str, str]]:
    """Return the text of the paper, and what its codes say by their format."""
    answer = await client.get(f"/can-bo/ho-so/{code}/giay-tiep-nhan.pdf")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["cache-control"] == "private, no-store"
    pages = PdfReader(io.BytesIO(answer.content)).pages
    assert len(pages) == 1
    picture = first_page(answer.content)
    PICTURES.mkdir(parents=True, exist_ok=True)
    (PICTURES / f"giay-tiep-nhan-{code}.png").write_bytes(picture)
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)).convert("L"))
    return pages[0].extract_text(), {each.format.name: each.text for each in found}


async def test_given_a_dossier_when_its_slip_is_printed_then_paper_barcode_and_qr_say_the_same(
    desk: Desk,
) -> None:
    text, codes = await slip(desk.client, CODE)

    flat = " ".join(text.split())
    for words in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", CODE,
        "Hoàng Thị Thanh Thủy", "Nguyễn Văn Đức", "0620******01", "Thu sau", "62.000",
        "Tổng số tiền phải nộp", "Ngày 22 tháng 11 năm 2026", "NGƯỜI TIẾP NHẬN HỒ SƠ",
    ):  # fmt: skip
        assert words in flat, words
    assert "062090000001" not in flat
    assert codes == {"Code128": CODE, "QRCode": f"http://lephi.test/thanh-toan/{CODE}"}


async def test_given_a_long_code_without_a_fee_when_printed_then_it_fits_and_guesses_no_amount(
    desk: Desk,
) -> None:
    text, codes = await slip(desk.client, LONG)

    assert "₫" not in text
    assert codes["Code128"] == LONG


async def test_given_someone_who_may_not_see_it_when_the_slip_is_asked_for_then_it_is_refused(
    desk: Desk,
) -> None:
    assert (await desk.client.get(f"/can-bo/ho-so/{OTHER}/giay-tiep-nhan.pdf")).status_code == 404
    assert f"/can-bo/ho-so/{CODE}/giay-tiep-nhan.pdf" in await desk.page(f"/can-bo/ho-so/{CODE}")
    await desk.sign_in(Role.OPERATOR)
    assert (await desk.client.get(f"/can-bo/ho-so/{CODE}/giay-tiep-nhan.pdf")).status_code == 403
    assert "giay-tiep-nhan" not in await desk.page(f"/can-bo/ho-so/{CODE}")


async def test_given_people_of_a_dossier_when_staff_see_them_then_it_is_recorded(
    desk: Desk,
) -> None:
    address = f"/can-bo/ho-so/{CODE}"
    for path in (address, f"{address}?tab=le-phi", f"{address}/giay-tiep-nhan.pdf"):
        assert (await desk.client.get(path)).status_code == 200
    await desk.client.get(address, headers={"HX-Request": "true"})
    await desk.client.get(f"/can-bo/ho-so/{OTHER}")
    await desk.sign_in(Role.OPERATOR)
    await desk.client.get(address)

    async with desk.database.transaction() as session:
        seen = (await session.scalars(select(AuditRow).order_by(AuditRow.id))).all()
    assert [(row.act, row.subject) for row in seen] == [("party.view", CODE), ("slip.print", CODE)]
    assert len({row.actor for row in seen}) == 1

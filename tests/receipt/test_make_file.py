"""The file of a receipt: what it says, that it comes in the end, and who is served first."""

import dataclasses
import hashlib
import io
import os
import re
from datetime import timedelta

import pypdfium2
import pytest
import zxingcpp
from pypdf import PdfReader

from receipt.adapters.file_store.local_folder import LocalFolder
from receipt.adapters.signer.checking import check_file
from receipt.jobs.files import make_file
from receipt.jobs.workshop import Workshop, print_receipt
from receipt.use_cases.look_up import ask_for_file
from receipt.use_cases.make_file import take_due_file
from shared.contracts.receipt import ReceiptFileReady
from shared.db.database import Database
from shared.pdf import PdfLimits, PdfPrinter
from tests.receipt.acts import NOW, issued, know, settle
from tests.receipt.builders import a_line, a_party, a_payment
from tests.receipt.files import a_receipt, data_of_receipt, lease_ends, shown, stored_pdf, work_of
from tests.receipt.signers import a_key
from tests.support.facts import facts

LINES = [int(each) for each in os.environ.get("PRINTED_LINES", "3,30").split(",")]
"""Three lines leave no room for the foot of the page; ``make chaos`` prints 100 and 500."""
SOON = NOW + timedelta(seconds=1)


def text_of(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def qr_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    page = document[len(document) - 1]
    return [code.text for code in zxingcpp.read_barcodes(page.render(scale=2).to_pil())]


async def test_given_an_issued_receipt_when_its_file_is_made_then_it_says_all_that_the_law_asks(
    database: Database, workshop: Workshop, store: LocalFolder
) -> None:
    receipt_id = await a_receipt(database)

    assert await make_file(database, None, workshop=workshop)

    pdf = await stored_pdf(database, store, receipt_id)
    text = text_of(pdf)
    for said in (
        "BIÊN LAI THU PHÍ, LỆ PHÍ ĐIỆN TỬ",
        "TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG TỈNH",
        "Mã số thuế: 6101234567",
        "Mẫu số: EBL01",
        "Ký hiệu: 26TAA",
        "Số: 1",
        "Ngày 22 tháng 11 năm 2026",
        "Đặng Thị Ngọc Ánh",
        "12 Phan Đình Phùng, phường Kon Tum",
        "H34.10-261122-0007",
        "Phí chứng thực bản sao",
        "62.000",
        "Số tiền bằng chữ: Sáu mươi hai nghìn đồng",
        "Chuyển khoản (CK)",
        "GD000000001",
        "Đã ký số",
    ):
        assert said in text
    assert qr_of(pdf) == ["http://bienlai.lephi.test/xac-minh/6101234567/EBL01/26TAA/1"]


async def test_given_stored_files_when_announced_then_the_hashes_are_theirs_and_the_signatures_ours(
    database: Database, workshop: Workshop, store: LocalFolder
) -> None:
    receipt_id = await a_receipt(database)
    await make_file(database, None, workshop=workshop)

    [ready] = await facts(database, ReceiptFileReady)

    file = (await shown(database, receipt_id)).file
    pdf = await stored_pdf(database, store, receipt_id)
    xml = await store.read(file.xml_name or "", sha256=file.xml_sha256 or "")
    assert ready.data.pdf_sha256 == hashlib.sha256(pdf).hexdigest()
    assert ready.data.xml_sha256 == hashlib.sha256(xml).hexdigest()
    for checked in (check_file(pdf), check_file(xml)):
        assert checked.is_whole
        assert checked.certificate == a_key().certificate
        assert checked.certificate_serial == ready.data.certificate_serial
        assert checked.signed_at == ready.data.signed_at
        assert checked.data == await data_of_receipt(database, receipt_id)
    assert not await make_file(database, None, workshop=workshop)


async def test_given_a_stored_file_when_printed_again_elsewhere_then_the_bytes_are_equal(
    database: Database, workshop: Workshop, store: LocalFolder
) -> None:
    receipt_id = await a_receipt(database)
    work = await work_of(database)
    await make_file(database, receipt_id, workshop=workshop)
    [ready] = await facts(database, ReceiptFileReady)
    elsewhere = PdfPrinter()

    again = await print_receipt(work, elsewhere)
    await elsewhere.close()

    pdf = await stored_pdf(database, store, receipt_id)
    assert again.sha256 == ready.data.render_sha256
    assert pdf.startswith(again.pdf)


@pytest.mark.parametrize("lines", LINES)
async def test_given_a_long_receipt_when_printed_then_every_page_has_its_head_and_one_the_qr(
    database: Database, workshop: Workshop, store: LocalFolder, lines: int
) -> None:
    await know(database, a_party())
    await settle(database, a_payment(*[a_line(name=f"Phí thứ {n} hết") for n in range(lines)]))
    receipt_id = (await issued(database))[0].receipt_id

    await make_file(database, None, workshop=workshop)

    pdf = await stored_pdf(database, store, receipt_id)
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]
    first, last = pages[0], pages[-1]
    for number, page in enumerate(pages, 1):
        assert f"Trang {number}/{len(pages)}" in page
        assert page.count("Mẫu số: EBL01 · Ký hiệu: 26TAA · Số: 1") == (page is not first)
        assert ("Số tiền (đồng)" in page) == ("hết" in page or "Tổng cộng" in page)
    assert re.findall(r"Phí thứ (\d+) hết", " ".join(pages)) == [str(n) for n in range(lines)]
    for once in ("Tổng cộng", "Số tiền bằng chữ", "Quét để kiểm tra", "Đã ký số", "Lập lúc"):
        assert [once in page for page in pages].count(True) == last.count(once) == 1
    assert qr_of(pdf) == ["http://bienlai.lephi.test/xac-minh/6101234567/EBL01/26TAA/1"]
    assert len(pdf) < 1_000 * (100 + lines)


async def test_given_a_payer_nobody_told_of_when_a_minute_has_passed_then_none_is_printed(
    database: Database, workshop: Workshop, store: LocalFolder
) -> None:
    await settle(database, a_payment())
    receipt_id = (await issued(database))[0].receipt_id
    async with database.transaction() as session:
        early = await take_due_file(session, None, now=NOW + timedelta(seconds=59))
        assert early is None

    await make_file(database, None, workshop=workshop)

    assert "(không ghi)" in text_of(await stored_pdf(database, store, receipt_id))


async def test_given_a_payer_told_of_late_when_known_then_the_file_is_made_at_once_with_the_name(
    database: Database, workshop: Workshop, store: LocalFolder
) -> None:
    await settle(database, a_payment())
    receipt_id = (await issued(database))[0].receipt_id

    await know(database, a_party(name="Trần Văn Ý"), now=SOON)

    async with database.transaction() as session:
        work = await take_due_file(session, None, now=SOON)
        assert work is not None
        assert work.payer is not None
        assert work.payer.name == "Trần Văn Ý"
        await session.rollback()
    await make_file(database, None, workshop=workshop)
    assert "Trần Văn Ý" in text_of(await stored_pdf(database, store, receipt_id))


async def test_given_a_printer_that_fails_when_tried_again_later_then_the_file_comes(
    database: Database, workshop: Workshop
) -> None:
    receipt_id = await a_receipt(database)
    printer = PdfPrinter(PdfLimits(html_characters=1))
    broken = dataclasses.replace(workshop, printer=printer)

    assert await make_file(database, None, workshop=broken)
    assert not await make_file(database, None, workshop=workshop)
    await lease_ends(database)
    assert await make_file(database, None, workshop=workshop)

    assert (await shown(database, receipt_id)).file.is_stored


async def test_given_many_files_when_one_is_asked_for_then_it_is_made_first(
    database: Database,
) -> None:
    await know(database, a_party())
    await settle(database, *[a_payment() for _ in range(3)])
    last = (await issued(database))[2].receipt_id

    async with database.transaction() as session:
        await ask_for_file(session, last, now=SOON)
        work = await take_due_file(session, None, now=SOON)

    assert work is not None
    assert work.fact.receipt_id == last

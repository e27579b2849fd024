"""The file of a receipt: what it says, that it comes in the end, and who is served first."""

import hashlib
import io
from datetime import timedelta
from uuid import UUID

import pypdfium2
import pytest
import zxingcpp
from pypdf import PdfReader

from receipt.adapters.file_store.local_folder import LocalFolder
from receipt.domain.errors import FileDamagedError
from receipt.domain.receipt import Receipt
from receipt.jobs import make_file
from receipt.use_cases.look_up import ask_for_file, show_receipt
from receipt.use_cases.make_file import take_due_file
from shared.contracts.receipt import ReceiptFileReady
from shared.db import driver
from shared.db.database import Database
from shared.failpoints import FailpointError
from shared.pdf import PdfLimits, PdfPrinter
from tests.receipt.acts import NOW, issued, know, settle
from tests.receipt.builders import a_line, a_party, a_payment
from tests.support.facts import facts

SOON = NOW + timedelta(seconds=1)


async def a_receipt(database: Database) -> UUID:
    """Return the id of a receipt whose payer is known and whose file is to be made."""
    await know(database, a_party())
    await settle(database, a_payment())
    return (await issued(database))[0].receipt_id


async def shown(database: Database, receipt_id: UUID) -> Receipt:
    async with database.transaction() as session:
        return await show_receipt(session, receipt_id)


async def stored_pdf(database: Database, store: LocalFolder, receipt_id: UUID) -> bytes:
    file = (await shown(database, receipt_id)).file
    assert file.name is not None
    assert file.sha256 is not None
    return await store.read(file.name, sha256=file.sha256)


def text_of(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def qr_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    page = document[len(document) - 1]
    return [code.text for code in zxingcpp.read_barcodes(page.render(scale=2).to_pil())]


async def test_given_an_issued_receipt_when_its_file_is_made_then_it_says_all_that_the_law_asks(
    database: Database, printer: PdfPrinter, store: LocalFolder
) -> None:
    receipt_id = await a_receipt(database)

    assert await make_file(database, None, printer=printer, store=store)

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
        "Chưa ký số",
    ):
        assert said in text
    assert qr_of(pdf) == ["http://bienlai.lephi.test/xac-minh/6101234567/EBL01/26TAA/1"]


async def test_given_a_stored_file_when_it_is_announced_then_the_hashes_are_its_own(
    database: Database, printer: PdfPrinter, store: LocalFolder
) -> None:
    receipt_id = await a_receipt(database)
    await make_file(database, None, printer=printer, store=store)

    [ready] = await facts(database, ReceiptFileReady)

    digest = hashlib.sha256(await stored_pdf(database, store, receipt_id)).hexdigest()
    assert ready.data.receipt_id == receipt_id
    assert (ready.data.render_sha256, ready.data.pdf_sha256) == (digest, digest)
    assert not await make_file(database, None, printer=printer, store=store)


async def test_given_a_long_receipt_when_printed_then_every_page_has_its_head_and_one_the_qr(
    database: Database, printer: PdfPrinter, store: LocalFolder
) -> None:
    await know(database, a_party())
    await settle(database, a_payment(*[a_line(name=f"Phí thứ {n}") for n in range(30)]))
    receipt_id = (await issued(database))[0].receipt_id

    await make_file(database, None, printer=printer, store=store)

    pdf = await stored_pdf(database, store, receipt_id)
    pages = PdfReader(io.BytesIO(pdf)).pages
    assert len(pages) > 1
    assert all("Số tiền (đồng)" in page.extract_text() for page in pages[:-1])
    assert qr_of(pdf) == ["http://bienlai.lephi.test/xac-minh/6101234567/EBL01/26TAA/1"]


@pytest.mark.parametrize("place", ["W12", "W13", "W15"])
async def test_given_a_worker_that_dies_when_the_file_is_due_again_then_it_is_stored_once(
    database: Database,
    printer: PdfPrinter,
    store: LocalFolder,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
) -> None:
    receipt_id = await a_receipt(database)
    monkeypatch.setenv("FAILPOINT", f"{place}:raise:1")
    with pytest.raises(FailpointError):
        await make_file(database, None, printer=printer, store=store)
    await lease_ends(database)

    assert await make_file(database, None, printer=printer, store=store)

    assert len(await facts(database, ReceiptFileReady)) == 1
    assert await stored_pdf(database, store, receipt_id)


async def lease_ends(database: Database) -> None:
    async with database.transaction() as session:
        await driver.execute(session, "UPDATE receipt_file SET due_at = issued_at")


async def test_given_a_payer_nobody_told_of_when_a_minute_has_passed_then_none_is_printed(
    database: Database, printer: PdfPrinter, store: LocalFolder
) -> None:
    await settle(database, a_payment())
    receipt_id = (await issued(database))[0].receipt_id
    async with database.transaction() as session:
        early = await take_due_file(session, None, now=NOW + timedelta(seconds=59))
        assert early is None

    await make_file(database, None, printer=printer, store=store)

    assert "(không ghi)" in text_of(await stored_pdf(database, store, receipt_id))


async def test_given_a_payer_told_of_late_when_known_then_the_file_is_made_at_once_with_the_name(
    database: Database, printer: PdfPrinter, store: LocalFolder
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
    await make_file(database, None, printer=printer, store=store)
    assert "Trần Văn Ý" in text_of(await stored_pdf(database, store, receipt_id))


async def test_given_a_printer_that_fails_when_tried_again_later_then_the_file_comes(
    database: Database, printer: PdfPrinter, store: LocalFolder
) -> None:
    receipt_id = await a_receipt(database)
    broken = PdfPrinter(PdfLimits(html_characters=1))

    assert await make_file(database, None, printer=broken, store=store)
    assert not await make_file(database, None, printer=printer, store=store)
    await lease_ends(database)
    assert await make_file(database, None, printer=printer, store=store)

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


async def test_given_a_stored_file_when_a_byte_is_changed_then_it_is_not_handed_out(
    store: LocalFolder,
) -> None:
    digest = hashlib.sha256(b"%PDF").hexdigest()
    await store.store("2026/11/22/a.pdf", b"%PDF")
    assert await store.read("2026/11/22/a.pdf", sha256=digest) == b"%PDF"

    await store.store("2026/11/22/a.pdf", b"%PDG")

    with pytest.raises(FileDamagedError):
        await store.read("2026/11/22/a.pdf", sha256=digest)
    with pytest.raises(FileDamagedError):
        await store.read("2026/11/22/b.pdf", sha256=digest)

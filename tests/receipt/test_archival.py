"""The stored PDF as others judge it: veraPDF, pdfsig; what it carries; the page its QR opens."""

import asyncio
import io
from pathlib import Path

import zxingcpp
from lxml import etree
from pypdf import PdfReader
from pypdfium2 import PdfDocument

from lephi.servers import verapdf
from receipt.domain.xml_names import FIRST
from shared.contracts.parts import FeeKind
from tests.receipt.world import World, token_of


async def said_by(*command: str) -> str:
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    return said.decode()


async def test_given_a_stored_receipt_when_others_judge_it_then_it_is_archival_signed_and_readable(
    world: World, tmp_path: Path
) -> None:
    [receipt] = await world.pay(*[FeeKind.PHI] * 8)  # Two pages.
    await world.make_files()
    answer = await world.client.get(f"/api/receipt/v1/receipts/{token_of(receipt.receipt_id)}/pdf")
    file = tmp_path / "receipt.pdf"
    file.write_bytes(answer.content)
    reader = PdfReader(io.BytesIO(answer.content))

    judged = await said_by(*verapdf.command(file))
    signed = await said_by("pdfsig", str(file))

    assert judged.split() == ["PASS", str(file), "3a"]
    assert "Signature is Valid." in signed
    assert "Total document signed" in signed
    assert len(reader.pages) == 2
    assert str(reader.root_object["/Lang"]) == "vi"
    [attached] = reader.attachments["bien-lai.xml"]
    data = etree.fromstring(attached)
    assert data.findtext(FIRST.tag("total")) == str(receipt.total_vnd)
    assert data.findtext(f"{FIRST.tag('payer')}/{FIRST.tag('name')}") == "Đặng Thị Ngọc Ánh"
    last = PdfDocument(answer.content)[len(reader.pages) - 1]
    [code] = zxingcpp.read_barcodes(last.render(scale=2).to_pil())
    assert code.text == receipt.check_url
    page = await world.page(code.text.removeprefix("http://bienlai.lephi.test"))
    assert "Biên lai hợp lệ" in page
    for shown in (receipt.form_symbol, receipt.serial_symbol, str(receipt.number)):
        assert shown in page

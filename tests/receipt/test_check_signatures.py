"""Signatures at the public check: the very file, the same data written anew, and all others."""

import asyncio
import io
from functools import partial
from typing import Any

import pytest
from lxml import etree
from pypdf import PdfReader, PdfWriter

from receipt.adapters.signer.file_key import FileKey
from receipt.adapters.signer.pades import sign_pdf
from receipt.adapters.signer.xml_signature import sign_xml
from receipt.domain.paper import paper_of
from shared.clock import utc_now
from shared.contracts.receipt import ReceiptIssued
from tests.receipt.signers import a_key, new_key
from tests.receipt.test_check_files import a_receipt_with_file, handed_in, printed, told
from tests.receipt.world import World, token_of

NAMESPACE = "{urn:vn:lephi:bien-lai:2026-07-01}"


async def xml_of(world: World, receipt: ReceiptIssued) -> bytes:
    path = f"/api/receipt/v1/receipts/{token_of(receipt.receipt_id)}/xml"
    answer = await world.client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.content


def verdict(answer: dict[str, Any]) -> tuple[str, ...]:
    return answer["result"], *answer["differences"]


def appended(pdf: bytes) -> bytes:
    """Return the PDF with an incremental update, as an editor saves a note."""
    writer = PdfWriter(PdfReader(io.BytesIO(pdf)), incremental=True)
    writer.add_metadata({"/Title": "Khác"})
    writer.write(stored := io.BytesIO())
    return stored.getvalue()


async def test_given_pdfs_that_name_our_receipt_when_handed_in_then_only_the_very_file_is_valid(
    world: World,
) -> None:
    receipt, pdf = await a_receipt_with_file(world)
    plain = await printed(world, paper_of(receipt, None))

    async def signed(key: FileKey) -> bytes:
        made = partial(sign_pdf, plain, key, request_id="1", at=utc_now(), timestamp_url=None)
        return await asyncio.to_thread(made)

    page = await handed_in(world, pdf)
    assert "Người ký số" in page
    assert "Trung tâm Phục vụ hành chính công tỉnh" in page
    assert verdict(await told(world, pdf)) == ("valid",)
    assert verdict(await told(world, appended(pdf))) == ("altered", "bytes", "added")
    assert verdict(await told(world, plain)) == ("altered", "bytes", "not_signed")
    # Ours by its certificate, and still not the receipt: a letter of ours may name its number.
    assert verdict(await told(world, await signed(a_key()))) == ("altered", "bytes")
    stranger = await told(world, await signed(new_key()))
    assert verdict(stranger) == ("altered", "bytes", "signed_by_another")


async def test_given_xml_when_handed_in_then_what_is_signed_counts_and_not_how_it_is_written(
    world: World,
) -> None:
    receipt, _ = await a_receipt_with_file(world)
    xml = await xml_of(world, receipt)
    root = etree.fromstring(xml)
    rewritten = etree.tostring(root, encoding="UTF-16", xml_declaration=True)
    total = f"<TongTien>{receipt.total_vnd}<".encode()
    dearer = xml.replace(total, b"<TongTien>620000<")
    root.remove(root.find("{*}Signature"))
    data = etree.tostring(root)

    def signed(key: FileKey) -> bytes:
        return sign_xml(data, key, request_id="1", at=utc_now())

    assert dearer != xml
    assert verdict(await told(world, xml)) == ("valid",)
    assert verdict(await told(world, rewritten)) in {("valid",), ("unknown",)}
    assert verdict(await told(world, etree.tostring(etree.fromstring(xml)))) == ("valid",)
    assert verdict(await told(world, dearer)) == ("altered", "bytes", "signature_broken", "amount")
    assert verdict(await told(world, data)) == ("altered", "bytes", "not_signed")
    assert verdict(await told(world, signed(a_key()))) == ("valid",)
    stranger = await told(world, signed(new_key()))
    assert verdict(stranger) == ("altered", "bytes", "signed_by_another")


@pytest.mark.parametrize("place", ["before", "inside"])
async def test_given_signed_data_wrapped_in_other_data_when_handed_in_then_it_is_altered(
    world: World, place: str
) -> None:
    receipt, _ = await a_receipt_with_file(world)
    root = etree.fromstring(await xml_of(world, receipt))
    wrapper = etree.fromstring(etree.tostring(root))
    wrapper.remove(wrapper.find("{*}Signature"))
    wrapper.find(f"{NAMESPACE}TongTien").text = "620000"
    if place == "before":
        wrapper.append(root.find("{*}Signature"))
    wrapper.append(root)

    answer = await told(world, etree.tostring(wrapper))

    assert answer["result"] == "altered"
    assert answer["total_vnd"] == receipt.total_vnd
    assert "amount" in answer["differences"]

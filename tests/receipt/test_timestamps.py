"""PAdES B-T: with an authority named, a signature is stamped by it, or is not made at all."""

import dataclasses
import io
from collections.abc import AsyncIterator

import asn1crypto.x509
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator.context import ValidationContext

from receipt.adapters.signer.checking import check_file
from receipt.jobs.files import make_file
from shared.web.identity import Role
from tests.receipt.files import error_of, lease_ends
from tests.receipt.signers import a_key, authority, signers_with
from tests.receipt.test_check_files import told
from tests.receipt.time_authority import STAMPED_AT, Spoilt, TimeAuthority, time_authority
from tests.receipt.world import World, token_of

NOBODY = "http://127.0.0.1:1/"


@pytest.fixture(scope="module")
async def stamps() -> AsyncIterator[TimeAuthority]:
    async with time_authority() as running:
        yield running


def asks(world: World, url: str) -> None:
    signers = signers_with(a_key(), timestamp_url=url)
    world.workshop = dataclasses.replace(world.workshop, signers=signers)


async def pdf_of(world: World) -> bytes:
    [receipt] = await world.pay()
    await world.make_files()
    answer = await world.client.get(f"/api/receipt/v1/receipts/{token_of(receipt.receipt_id)}/pdf")
    return answer.content


async def test_given_an_authority_when_a_receipt_is_signed_then_it_is_stamped_and_valid_for_all(
    world: World, stamps: TimeAuthority
) -> None:
    asks(world, stamps.url)

    pdf = await pdf_of(world)

    root = asn1crypto.x509.Certificate.load(authority().certificate.public_bytes(Encoding.DER))
    [signature] = PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures
    status = await async_validate_pdf_signature(
        signature,
        ValidationContext(trust_roots=[root]),
        ts_validation_context=ValidationContext(trust_roots=[stamps.certificate]),
    )
    stamp = status.timestamp_validity
    assert status.bottom_line
    assert stamp is not None
    assert stamp.intact
    assert stamp.trusted
    assert stamp.timestamp == STAMPED_AT
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert check_file(pdf).is_whole
    assert (await told(world, pdf))["result"] == "valid"


async def test_given_an_authority_of_no_use_when_a_receipt_is_due_then_it_waits_and_is_tried_again(
    world: World, stamps: TimeAuthority
) -> None:
    [receipt] = await world.pay()
    file = f"/api/receipt/v1/receipts/{token_of(receipt.receipt_id)}/pdf"

    for spoilt in Spoilt:
        stamps.spoils = spoilt
        asks(world, NOBODY if spoilt is Spoilt.SILENT else stamps.url)
        await make_file(world.database, None, workshop=world.workshop)
        assert await error_of(world.database) == "timestamp-unavailable", spoilt
        assert (await world.client.get(file)).status_code == 202, spoilt
        await lease_ends(world.database)

    assert world.store_files() == []
    await world.sign_in(Role.ACCOUNTANT)
    assert "Chưa lấy được dấu thời gian cho chữ ký" in await world.page("/can-bo/bien-lai")
    stamps.spoils = None
    await world.make_files()
    assert (await world.client.get(file)).status_code == 200

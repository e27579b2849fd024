"""A plain Kafka client sends a dossier; the public addresses alone lead to its receipt."""

import io
import re

from httpx import AsyncClient
from pypdf import PdfReader

from tests.support.payer import pay, payable, pdf_of, receipts, start, status_of, tap, until
from tests.support.pictures import decoded, first_page
from tests.support.province import a_code, a_dossier, a_person, send
from tests.support.stack import Stack
from tests.support.waiting import eventually


async def test_given_a_plain_kafka_client_when_its_dossier_is_paid_then_the_pdf_says_all(
    stack: Stack, client: AsyncClient
) -> None:
    code = a_code()
    await send(stack.kafka, a_dossier(code))
    await until(client, code, "awaiting_payment", timeout_seconds=10)

    receipt = (await receipts(client, await pay(client, code)))[0]
    pdf = await pdf_of(client, receipt)

    text = re.sub(r"\s+", " ", PdfReader(io.BytesIO(pdf)).pages[0].extract_text())
    for expected in (
        code, "62.000", "Sáu mươi hai nghìn đồng", receipt["form_symbol"],
        receipt["serial_symbol"], str(receipt["number"]), "Đặng Thị Ngọc Ánh",
    ):  # fmt: skip
        assert expected in text
    address = decoded(first_page(pdf))
    assert address.startswith(stack.environment["RECEIPT_URL"] + "/xac-minh/")
    assert address.endswith(
        f"/{receipt['form_symbol']}/{receipt['serial_symbol']}/{receipt['number']}"
    )
    page = await client.get(address.removeprefix(stack.environment["RECEIPT_URL"]))
    assert page.status_code == 200
    assert str(receipt["number"]) in page.text
    assert "Đặng Thị Ngọc Ánh" not in page.text


async def test_given_a_payment_when_its_journey_is_over_then_the_province_has_heard_all(
    stack: Stack, client: AsyncClient
) -> None:
    code = a_code()
    await send(stack.kafka, a_dossier(code))
    await receipts(client, await pay(client, code))

    async def timeline() -> str:
        answer = stack.lephi("events", "timeline", code)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout if "ReceiptFileReady" in answer.stdout else ""

    printed = await eventually(timeline, timeout_seconds=60)
    for fact in (
        "DossierReceived", "FeeAssessed", "PaymentRequested", "PaymentAttempted",
        "PaymentSettled", "ReceiptIssued", "PartnerFactSent",
    ):  # fmt: skip
        assert fact in printed


async def test_given_bad_codes_when_looked_up_then_each_has_a_clear_answer(
    stack: Stack, client: AsyncClient
) -> None:
    code = a_code()
    await send(stack.kafka, a_dossier(code))
    await until(client, code, "awaiting_payment")
    full_width = code.translate({ord(c): ord(c) + 0xFEE0 for c in "H0123456789.-"})

    for typed in (code.lower(), f"  {code}\n", full_width, code.replace("-", "–")):  # noqa: RUF001
        answer = await client.get("/thanh-toan", params={"ma": typed})
        assert answer.status_code == 303, typed
        assert answer.headers["location"] == f"/thanh-toan/{code}"
    for typed in ("", "xin chào", "H34.10-261399-0001", "H34.10", "'; DROP TABLE payable"):
        answer = await client.get("/thanh-toan", params={"ma": typed})
        assert answer.status_code in {200, 404, 422}, typed
        assert "<main" in answer.text
    missing = await client.get("/api/payment-gateway/v1/payables/H34.10-261124-0000001")
    assert missing.status_code == 404
    assert missing.headers["content-type"].startswith("application/problem+json")


async def test_given_a_browser_with_only_the_qr_when_it_is_paid_then_no_receipt_opens_there(
    stack: Stack, client: AsyncClient
) -> None:
    code = a_code()
    await send(stack.kafka, a_dossier(code))
    facts = await until(client, code, "awaiting_payment")
    token = facts["pay_url"].rpartition("/")[2]
    await receipts(client, await pay(client, code))

    async with AsyncClient(base_url=stack.url, timeout=20) as stranger:
        for address in (f"/p/{token}", f"/thanh-toan/{code}"):
            page = await stranger.get(address)
            assert page.status_code == 200
            assert "/bien-lai/" not in page.text
        for address in (f"/bien-lai/{token}", f"/api/receipt/v1/receipts/{token}"):
            assert (await stranger.get(address)).status_code in {403, 404}


async def test_given_a_browser_closed_after_paying_when_the_callback_comes_then_it_is_settled(
    stack: Stack, client: AsyncClient
) -> None:
    code = a_code()
    await send(stack.kafka, a_dossier(code))
    async with AsyncClient(base_url=stack.url, timeout=20) as phone:
        attempt = await start(phone, code)

    await tap(client, attempt)

    await until(client, code, "paid")
    assert await receipts(client, attempt)


async def test_given_a_lost_callback_when_the_attempt_is_asked_about_then_it_is_settled(
    stack: Stack, client: AsyncClient
) -> None:
    code = a_code()
    await send(stack.kafka, a_dossier(code))
    attempt = await start(client, code)
    await client.put(
        "/ngan-hang-thu/api/faults",
        json={"channel": "npsp", "fault": "lost", "times": 1, "after_ms": 0},
    )
    try:
        await tap(client, attempt)
        await until(client, code, "paid", timeout_seconds=120)
    finally:
        await client.delete("/ngan-hang-thu/api/faults")

    assert await receipts(client, attempt)


async def test_given_two_browsers_when_both_pay_then_one_settles_and_the_other_money_is_kept(
    stack: Stack, client: AsyncClient
) -> None:
    code = a_code()
    await send(stack.kafka, a_dossier(code))
    async with AsyncClient(base_url=stack.url, timeout=20) as other:
        first = await start(client, code)
        second = await start(other, code)
        await tap(client, first)
        await tap(client, second)
    await until(client, code, "paid")

    async def kept() -> bool:
        answer = stack.lephi("events", "timeline", code)
        return "MoneyUnmatched" in answer.stdout and "RefundProposed" in answer.stdout

    assert await eventually(kept, timeout_seconds=60)
    facts = await payable(client, code)
    assert facts is not None
    assert facts["paid_vnd"] == facts["amount_vnd"]


async def test_given_a_refused_dossier_when_a_correct_one_follows_then_it_is_payable(
    stack: Stack, client: AsyncClient
) -> None:
    code = a_code()
    await send(stack.kafka, b"no json", a_dossier(code, TrangThaiHoSo="99"))
    await send(stack.kafka, a_dossier(code, ChuHoSo=a_person()))

    await until(client, code, "awaiting_payment")
    assert await status_of(client, code) == "awaiting_payment"

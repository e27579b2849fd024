"""J1: at the counter a citizen scans, pays with a bank on the phone, and has the receipt."""

import re

from httpx import AsyncClient
from playwright.async_api import Browser, expect

from tests.support.browser import PHONE, a_page, accessible, at_the_bank, picture, shows, sign_in
from tests.support.payer import pay, receipts, until
from tests.support.pictures import decoded
from tests.support.province import a_code, a_dossier, a_fee, a_person, send
from tests.support.stack import Stack
from tests.support.waiting import eventually


async def test_given_a_dossier_when_the_citizen_pays_by_qr_then_both_screens_turn_and_a_receipt_is(
    stack: Stack, browser: Browser, client: AsyncClient
) -> None:
    code = a_code()
    payer = a_person(Email="anh@example.vn")
    await send(stack.kafka, a_dossier(code, ChuHoSo=payer))
    await until(client, code, "awaiting_payment")

    async with (
        a_page(browser, stack.url) as desk,
        a_page(browser, stack.url, width=PHONE) as phone,
    ):
        await desk.goto("/thanh-toan")
        await accessible(desk)
        await desk.get_by_label("Số hồ sơ").fill(f" {code.lower()} ")
        await desk.keyboard.press("Enter")
        await shows(desk, "Chờ thanh toán")
        await shows(desk, "62.000")
        assert payer["HoTen"] not in await desk.content()
        assert payer["SoDinhDanh"] not in await desk.content()
        await picture(desk, "thanh-toan")
        await accessible(desk)

        qr = await client.get(f"/thanh-toan/{code}/qr.png")
        address = decoded(qr.content)
        await phone.goto(address.replace(stack.environment["PUBLIC_URL"], stack.url))
        await shows(phone, code)
        await phone.get_by_placeholder(re.compile("Tìm")).fill("vietcom")
        await expect(phone.get_by_text("BIDV", exact=True).first).to_be_hidden()
        await phone.get_by_text("Vietcombank").first.click()
        await picture(phone, "dien-thoai")
        await accessible(phone)
        await phone.get_by_role("button", name=re.compile("THANH TOÁN")).click()
        await shows(phone, "NGÂN HÀNG THỬ")
        await picture(phone, "ngan-hang")
        await at_the_bank(phone)
        await phone.get_by_role("link", name="Quay lại trang thanh toán").click()

        await shows(phone, "Thanh toán thành công")
        await expect(desk.get_by_text("Đã thanh toán").first).to_be_visible()
        await picture(desk, "da-thanh-toan")
        receipt = phone.get_by_role("link", name="Thông tin biên lai thanh toán")
        await expect(receipt).to_be_visible()
        await picture(phone, "thanh-cong")
        await receipt.click()
        await shows(phone, "26TAA")
        await shows(phone, "EBL01")
        await picture(phone, "bien-lai")
        await accessible(phone)

    mail = await eventually(lambda: mail_to(client, "anh@example.vn", code))
    assert "/bien-lai/" in mail


async def mail_to(client: AsyncClient, address: str, code: str) -> str:
    answer = await client.get("/thu-thu/api/messages")
    found = [str(m) for m in answer.json() if address in str(m) and code in str(m)]
    return found[0] if found else ""


async def test_given_two_kinds_of_fee_when_paid_then_each_kind_has_a_receipt(
    stack: Stack, client: AsyncClient
) -> None:
    code = a_code()
    lines = [
        a_fee(MaPhiLePhi="LP-HOTICH-CAICHINH", LoaiPhiLePhi="le_phi", SoTrang=None),
        a_fee(MaPhiLePhi="PHI-TRICHLUC-HOTICH", SoBan=2, SoTrang=None),
    ]
    await send(
        stack.kafka,
        a_dossier(code, MaTTHC="1.004859", MaDiaBan="H34", DanhSachLePhi=lines),
    )

    attempt = await pay(client, code)

    given = await receipts(client, attempt, count=2)
    assert {receipt["kind"] for receipt in given} == {"phi", "le_phi"}
    assert len({receipt["serial_symbol"] for receipt in given}) == 2


async def test_given_a_page_without_javascript_when_the_citizen_pays_then_it_works_all_the_same(
    stack: Stack, browser: Browser, client: AsyncClient
) -> None:
    code = a_code()
    await send(stack.kafka, a_dossier(code))
    facts = await until(client, code, "awaiting_payment")

    async with a_page(browser, stack.url, width=PHONE, javascript=False) as phone:
        await phone.goto(facts["pay_url"].replace(stack.environment["PUBLIC_URL"], stack.url))
        await phone.get_by_text("BIDV").first.click()
        await phone.get_by_role("button", name=re.compile("THANH TOÁN")).click()
        await at_the_bank(phone)
        await phone.get_by_role("link", name="Quay lại trang thanh toán").click()
        await shows(phone, "Thanh toán thành công")
        await expect(phone.get_by_role("link", name="Thông tin biên lai thanh toán")).to_be_visible(
            timeout=20_000
        )


async def test_given_the_counter_display_when_the_desk_drives_it_then_it_shows_and_goes_blank(
    stack: Stack, browser: Browser, client: AsyncClient
) -> None:
    code = a_code()
    await send(stack.kafka, a_dossier(code))
    await until(client, code, "awaiting_payment")

    async with a_page(browser, stack.url) as desk, a_page(browser, stack.url) as display:
        await desk.goto(f"{stack.environment['PUBLIC_URL']}/can-bo/quay")
        await sign_in(desk, "canbo")
        await shows(desk, "Màn hình quầy")
        await desk.get_by_role("button", name="Lấy mã ghép").click()
        pairing = await desk.get_by_text(re.compile(r"^\s*\d{3} \d{3}\s*$")).first.inner_text()
        await display.goto(f"{stack.environment['PUBLIC_URL']}/quay/ghep")
        await display.get_by_label(re.compile("Mã")).fill(pairing.replace(" ", ""))
        await display.keyboard.press("Enter")
        await expect(display).to_have_url(re.compile("/quay/.+"))

        await desk.get_by_label("Số hồ sơ").fill(code)
        await desk.keyboard.press("Enter")
        await shows(display, code)
        await shows(display, "62.000")
        await picture(display, "man-hinh-quay")
        await picture(desk, "dieu-khien-quay")

        await pay(client, code)
        await expect(display.get_by_text(code)).to_have_count(0)

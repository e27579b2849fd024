"""What a payer sees and presses in the bank's app."""

from uuid import UUID, uuid4

from httpx import Response

from mock_bank.domain.payments import BALANCE_VND, one_time_code
from tests.mock_bank.conftest import PATH, Bank
from tests.mock_bank.partner import Partner

REFERENCE = "LP260000000001"


async def press(here: Bank, payment: UUID, act: str, **form: str) -> Response:
    answer = await here.http.post(f"{PATH}/{payment}/{act}", data=form)
    assert answer.status_code == 303
    return await here.http.get(answer.headers["location"])


async def test_given_a_payer_when_they_log_in_and_enter_the_code_then_they_return_paid(
    bank: Bank, partner: Partner
) -> None:
    payment = await bank.begin(REFERENCE)

    first = await bank.http.get(f"{PATH}/{payment}")
    review = await press(bank, payment, "dang-nhap", user="khachthu")
    confirm = await press(bank, payment, "xac-nhan")
    done = await press(bank, payment, "otp", code=one_time_code(payment))

    assert "Vietcombank" in first.text
    assert "NGÂN HÀNG THỬ" in first.text
    assert "62.000 ₫" in first.text
    assert "50.000.000 ₫" in review.text
    assert one_time_code(payment) in confirm.text
    assert "Giao dịch thành công" in done.text
    back = f"http://lephi.test/thanh-toan/tro-ve?ref={REFERENCE}"
    assert f'href="{back}"' in done.text
    assert done.headers["refresh"].endswith(f"url={back}")
    assert partner.results() == ["00"]


async def test_given_an_open_choice_when_a_bank_is_chosen_then_its_page_opens(bank: Bank) -> None:
    payment = await bank.begin(REFERENCE, MaNganHang="PAYMENT")

    choice = await bank.http.get(f"{PATH}/{payment}")
    page = await press(bank, payment, "ngan-hang", bank="MOMO")

    assert "Chọn ngân hàng hoặc ví" in choice.text
    assert "Ví MoMo" in page.text
    assert 'class="look-pink"' in page.text


async def test_given_wrong_codes_when_entered_then_the_third_refuses_the_payment(
    bank: Bank, partner: Partner
) -> None:
    payment = await bank.begin(REFERENCE)
    await press(bank, payment, "dang-nhap")
    await press(bank, payment, "xac-nhan")

    pages = [await press(bank, payment, "otp", code="nothing") for _ in range(3)]

    assert "Còn 2 lần nhập" in pages[0].text
    assert "Còn 1 lần nhập" in pages[1].text
    assert "Giao dịch không thực hiện" in pages[2].text
    assert partner.results() == ["24"]


async def test_given_a_second_tap_when_the_first_has_paid_then_the_page_shows_what_happened(
    bank: Bank, partner: Partner
) -> None:
    payment = await bank.begin(REFERENCE)
    await bank.tap(payment, "approve")

    pages = [await press(bank, payment, act) for act in ("dang-nhap", "tu-choi", "roi-trang")]
    pages.append(await press(bank, payment, "otp", code=one_time_code(payment)))

    assert all("Giao dịch thành công" in page.text for page in pages)
    assert partner.results() == ["00"]


async def test_given_a_payer_who_left_when_they_come_back_then_they_can_still_pay(
    bank: Bank,
) -> None:
    payment = await bank.begin(REFERENCE)

    left = await press(bank, payment, "roi-trang")
    again = await press(bank, payment, "dang-nhap")

    assert "Bạn đã rời trang của ngân hàng" in left.text
    assert "refresh" not in left.headers
    assert "Kiểm tra giao dịch" in again.text


async def test_given_more_than_the_balance_when_reviewed_then_it_cannot_be_confirmed(
    bank: Bank,
) -> None:
    payment = await bank.begin(REFERENCE, SoTien=BALANCE_VND + 1)
    page = await press(bank, payment, "dang-nhap")

    answer = await bank.http.post(f"{PATH}/{payment}/xac-nhan")

    assert "Số dư không đủ" in page.text
    assert answer.status_code == 409


async def test_given_a_description_with_markup_when_shown_then_it_is_only_text(
    bank: Bank,
) -> None:
    payment = await bank.begin(REFERENCE, ThongTinGiaoDich="<script>alert(1)</script>")

    page = await bank.http.get(f"{PATH}/{payment}")

    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text


async def test_given_an_unknown_payment_when_opened_then_it_is_not_found(bank: Bank) -> None:
    assert (await bank.http.get(f"{PATH}/{uuid4()}")).status_code == 404


async def test_given_the_desk_when_a_fault_is_switched_then_it_shows_and_goes(bank: Bank) -> None:
    await bank.begin(REFERENCE)

    await bank.http.post("/ngan-hang-thu/loi", data={"channel": "npsp", "fault": "late"})
    on = await bank.http.get("/ngan-hang-thu")
    await bank.http.post("/ngan-hang-thu/loi/xoa")
    off = await bank.http.get("/ngan-hang-thu")

    assert "npsp · late" in on.text
    assert "Mới mở" in on.text
    assert "Không có lỗi nào đang chờ" in off.text
    assert "NGÂN HÀNG THỬ" in off.text


async def test_given_the_style_sheet_when_asked_for_then_it_comes_from_the_bank(
    bank: Bank,
) -> None:
    style = await bank.http.get("/ngan-hang-thu/bank.css")

    assert style.headers["content-type"].startswith("text/css")

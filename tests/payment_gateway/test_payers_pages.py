"""What browsers see of an attempt: the one that paid, and the others."""

from payment_gateway.domain.payables import Payable
from tests.payment_gateway.attempting import (
    API,
    _reference,
    begin,
    given_begun,
    issue_receipt,
    state_of,
)
from tests.payment_gateway.builders import (
    BANK,
    told,
)
from tests.payment_gateway.conftest import Gateway
from tests.support.web import client_of


async def test_given_money_and_a_number_when_the_payer_asks_then_only_its_own_token_opens_receipts(
    gateway: Gateway, payable: Payable, token: str
) -> None:
    begun = await given_begun(gateway, token)
    await gateway.tell(told(_reference(gateway)))
    before = await state_of(gateway, begun)

    receipt_id = await issue_receipt(gateway, payable.id)

    (receipt,) = (await state_of(gateway, begun))["receipts"]
    by_link = await gateway.client.get(f"{API}/attempts/{token}")
    assert before["receipts"] == []
    assert receipt["url"] == gateway.links.receipt_url(receipt_id)
    assert (receipt["form_symbol"], receipt["number"]) == ("EBL01", 7)
    assert by_link.status_code == 404, "a p token opens no receipt"


async def test_given_a_paid_payable_when_browsers_look_then_only_the_one_that_paid_sees_the_receipt(
    gateway: Gateway, payable: Payable, token: str
) -> None:
    answer = await gateway.submit(f"/p/{token}", bank=f"npsp/{BANK}")
    reference = _reference(gateway)
    await gateway.tell(told(reference))
    making = await gateway.page(f"/p/{token}")
    receipt_id = await issue_receipt(gateway, payable.id)
    done = await gateway.page(f"/p/{token}")
    async with client_of(gateway.service, gateway.database) as stranger:
        other = (await stranger.get(f"/p/{token}")).text

    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"http://bank.test/npsp/{reference}",
    )
    assert "Thanh toán thành công" in making
    assert "Đã thanh toán, biên lai đang được tạo" in making
    assert gateway.links.receipt_url(receipt_id) in done
    assert "Thông tin biên lai thanh toán" in done
    assert "GD000000001" in done
    assert "Đã thanh toán" in other
    for secret in ("/bien-lai/", "GD000000001", "Thanh toán thành công"):
        assert secret not in other


async def test_given_a_payer_back_from_the_bank_when_they_say_they_paid_then_the_bank_is_asked(
    gateway: Gateway, token: str
) -> None:
    await gateway.submit(f"/p/{token}", bank=f"npsp/{BANK}")
    waiting = await gateway.page(f"/p/{token}")
    gateway.platform.paid[_reference(gateway)] = "135000"

    await gateway.submit(f"/p/{token}/hoi-lai")

    back = await gateway.client.get(f"/thanh-toan/tro-ve?ref={_reference(gateway)}")
    assert "Đang chờ ngân hàng báo kết quả" in waiting
    assert "Dùng lần trước" in waiting
    assert (back.status_code, back.headers["location"]) == (303, f"http://lephi.test/p/{token}")
    assert "Thanh toán thành công" in await gateway.page(f"/p/{token}")


async def test_given_a_live_attempt_when_another_browser_looks_then_it_is_told_and_may_pay(
    gateway: Gateway, token: str
) -> None:
    await gateway.submit(f"/p/{token}", bank=f"npsp/{BANK}")

    async with client_of(gateway.service, gateway.database) as stranger:
        page = (await stranger.get(f"/p/{token}")).text
    nothing_chosen = await gateway.submit(f"/p/{token}")

    assert "Đang có người thanh toán hồ sơ này" in page
    assert "http://bank.test" not in page
    assert "THANH TOÁN 135.000" in page
    assert nothing_chosen.status_code == 422
    assert "Chọn một ngân hàng" in nothing_chosen.text


async def test_given_a_second_payment_when_its_payer_looks_then_they_are_told_it_comes_back(
    gateway: Gateway, token: str
) -> None:
    async with client_of(gateway.service, gateway.database) as first:
        await begin(first, token)
    await gateway.submit(f"/p/{token}", bank=f"npsp/{BANK}")
    one, two = gateway.platform.questions("INIT")
    await gateway.tell(told(one, MaGiaoDich="GD1"))

    await gateway.tell(told(two, MaGiaoDich="GD2"))

    page = await gateway.page(f"/p/{token}")
    assert "sẽ được hoàn lại" in page
    assert "GD2" in page
    assert "/bien-lai/" not in page

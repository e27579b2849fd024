"""The list of banks on the phone, and the page of a transfer."""

import re

import pytest

from payment_gateway.domain import vietqr
from payment_gateway.domain.payables import Payable
from payment_gateway.domain.vietqr import transfer_to
from shared.links import Purpose
from tests.payment_gateway.builders import PAYEE, given_a_payable, given_an_attempt, told
from tests.payment_gateway.conftest import Gateway
from tests.support.pictures import decoded


@pytest.fixture
async def payable(gateway: Gateway) -> Payable:
    return await given_a_payable(gateway.database)


@pytest.fixture
def token(gateway: Gateway, payable: Payable) -> str:
    return gateway.links.token(Purpose.PAYABLE, payable.id)


async def test_given_a_payer_who_chooses_a_transfer_when_they_go_on_then_our_page_shows_its_qr(
    gateway: Gateway, payable: Payable, token: str
) -> None:
    answer = await gateway.submit(f"/p/{token}", bank="vietqr/970407")
    page = await gateway.page(f"/p/{token}/chuyen-khoan")
    png = await gateway.client.get(f"/p/{token}/vietqr.png")
    svg = await gateway.client.get(f"/p/{token}/vietqr.svg")

    transfer = transfer_to(PAYEE.account, amount_vnd=135_000, reference=payable.reference)
    assert answer.headers["location"] == f"http://lephi.test/p/{token}/chuyen-khoan"
    assert decoded(png.content) == vietqr.payload(transfer)
    assert svg.headers["content-type"] == "image/svg+xml"
    assert png.headers["cache-control"] == "private, no-store"
    for shown in (payable.reference, PAYEE.account.number, PAYEE.account.holder, "Vietcombank"):
        assert shown in page
    assert "Xem lại mã chuyển khoản" in await gateway.page(f"/p/{token}")


async def test_given_a_paid_payable_when_its_transfer_is_asked_for_then_there_is_no_qr(
    gateway: Gateway, payable: Payable, token: str
) -> None:
    attempt = await given_an_attempt(gateway.database, payable)
    await gateway.tell(told(attempt.reference))

    page = await gateway.client.get(f"/p/{token}/chuyen-khoan")
    png = await gateway.client.get(f"/p/{token}/vietqr.png")

    assert (page.status_code, page.headers["location"]) == (303, f"/p/{token}")
    assert png.status_code == 409


async def test_given_the_list_when_it_is_shown_then_each_bank_stands_once_and_any_bank_is_last(
    gateway: Gateway, token: str
) -> None:
    page = await gateway.page(f"/p/{token}")
    await gateway.submit(f"/p/{token}", bank="vietqr/")
    again = await gateway.page(f"/p/{token}")

    values = re.findall(r'name="bank" value="([^"]+)"', page)
    banks = [value.partition("/")[2] for value in values]
    assert len(banks) == len(set(banks))
    assert values[0] == "npsp/970436"
    assert values[-1] == "vietqr/"
    assert "vietqr/970407" in values, "Techcombank is reached by transfer only"
    assert re.findall(r'name="bank" value="([^"]+)"', again)[0] == "vietqr/", "last used first"


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [("/ipn/cash", "POST", 404), ("/ipn/paypal", "GET", 404), ("/ipn/npsp", "GET", 405)],
)
async def test_given_a_call_that_no_channel_makes_when_it_comes_then_the_answer_is_defined(
    gateway: Gateway, path: str, method: str, status: int
) -> None:
    answer = await gateway.client.request(method, path)

    assert answer.status_code == status

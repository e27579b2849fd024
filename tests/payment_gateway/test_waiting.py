"""What the desk and the phone say while something is down (J6): read from rows."""

from payment_gateway.pages.tills import TAGS
from tests.payment_gateway.at_the_desk import words_of
from tests.payment_gateway.builders import BANK, CODE, given_a_payable, payable_of
from tests.payment_gateway.cash_desk import TAKE, TILLS, a_form, given_a_till
from tests.payment_gateway.conftest import Gateway

STREAM = "Biên lai và tin báo đang chờ"
SILENT = "chưa trả lời"


async def change(gateway: Gateway, statement: str) -> None:
    await gateway.column(f"{statement} RETURNING 1")


async def phone_of(gateway: Gateway) -> str:
    """Return the address of the payer's page."""
    payable = await payable_of(gateway.database)
    return f"/p/{gateway.links.pay_url(payable.id).rpartition('/')[2]}"


async def test_given_facts_that_cannot_leave_when_the_desk_looks_then_it_says_what_waits_since_when(
    gateway: Gateway,
) -> None:
    await given_a_payable(gateway.database)
    await given_a_till(gateway)
    voucher = (await gateway.submit(TAKE, **a_form())).headers["location"]
    assert STREAM not in await gateway.page(TILLS)

    await change(gateway, "UPDATE outbox SET created_at = now() - interval '10 minutes'")

    for path in (TILLS, f"{TAKE}?ma={CODE}", voucher, "/can-bo/quay"):
        page = words_of(await gateway.page(path))
        assert STREAM in page, path
        assert "5 sự kiện đã ghi sổ" in page, path
    await change(gateway, "UPDATE outbox SET published_at = now()")
    assert STREAM not in await gateway.page(voucher)
    assert len(TAGS) == 3


async def test_given_a_bank_that_does_not_answer_when_a_phone_looks_then_it_names_it_until_it_does(
    gateway: Gateway,
) -> None:
    await given_a_payable(gateway.database)
    phone = await phone_of(gateway)
    gateway.platform.is_silent = True
    await gateway.submit(phone, bank=f"npsp/{BANK}")
    assert SILENT not in await gateway.page(phone)

    await change(gateway, "UPDATE attempt SET created_at = now() - interval '5 seconds'")

    page = words_of(await gateway.page(phone))
    assert "chưa trả lời Từ" in page
    assert "Chọn ngân hàng hoặc ví khác, hoặc nộp tiền mặt tại quầy" in page
    await given_a_till(gateway)
    assert SILENT in await gateway.page(TILLS)
    gateway.platform.is_silent = False
    await gateway.submit(phone, bank=f"npsp/{BANK}")
    assert SILENT not in await gateway.page(phone)
    assert SILENT not in await gateway.page(TILLS)

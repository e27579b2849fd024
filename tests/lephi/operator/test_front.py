"""A payment through public addresses alone."""

import pytest

from lephi.operator.front import FrontDoor, FrontDoorError, NothingDueError
from tests.lephi.operator.front_door import BANK_ID, BUSY, CODE, PAYABLE, a_product


async def test_given_a_slow_product_when_paid_then_every_step_is_waited_for() -> None:
    with a_product() as product:
        door = FrontDoor(product.address, patience_seconds=5)
        paid = await door.pay(CODE)
        await door.close()

    assert (paid.amount_vnd, paid.bank) == (62_000, "VCB")
    assert paid.pdf_bytes == [8]
    assert list(paid.steps_ms) == [
        "attempt opened", "bank approved, callback answered", "payment settled",
        "receipt numbered", "receipt's PDF fetched",
    ]  # fmt: skip
    assert sorted(paid.steps_ms.values()) == list(paid.steps_ms.values())
    assert product.asked.count(f"POST /ngan-hang-thu/api/payments/{BANK_ID}/approve") == 1
    assert product.times["/api/receipt/v1/receipts/receipt-token/pdf"] == BUSY + 1


async def test_given_a_bank_that_answers_late_when_paid_then_our_own_page_leads_there() -> None:
    with a_product() as product:
        product.redirect_url = "http://x/p/token"
        door = FrontDoor(product.address, patience_seconds=5)
        await door.pay(CODE)
        await door.close()

    assert product.times["/p/token"] == BUSY + 1
    assert product.times[f"/ngan-hang-thu/api/payments/{BANK_ID}/approve"] == 1


@pytest.mark.parametrize("status", ["paid", "exempt", "cancelled", "on_hold", "refunded"])
async def test_given_nothing_due_when_paid_then_it_says_so_and_opens_no_attempt(
    status: str,
) -> None:
    with a_product() as product:
        product.payables[CODE] = {**PAYABLE, "status": status}
        door = FrontDoor(product.address, patience_seconds=5)
        with pytest.raises(NothingDueError):
            await door.pay(CODE)
        await door.close()

    assert not any("attempts" in asked for asked in product.asked)


async def test_given_an_unknown_dossier_when_paid_then_patience_ends() -> None:
    with a_product() as product:
        door = FrontDoor(product.address, patience_seconds=0.2)
        with pytest.raises(FrontDoorError, match="what is due"):
            await door.pay("H34.10-261124-9999")
        await door.close()


async def test_given_no_product_when_paid_then_the_address_is_named() -> None:
    door = FrontDoor("http://127.0.0.1:1", patience_seconds=0.2)

    with pytest.raises(FrontDoorError, match="ConnectError"):
        await door.pay(CODE)
    await door.close()

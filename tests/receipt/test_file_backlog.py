"""Files that are late or fail: others are made, everybody can see it, the payment stands."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from receipt.domain.lifecycles import pause_after
from shared.web.identity import Role
from tests.receipt.world import World, token_of

FAILED = (
    "UPDATE receipt_file SET error_code = 'pdf-not-made', attempts = 3,"
    " due_at = now() + interval '1 hour'"
)
LATE = "UPDATE receipt_file SET issued_at = issued_at - interval '1 hour'"


async def change(world: World, statement: str) -> None:
    async with world.database.transaction() as session:
        await session.execute(text(statement))


async def test_given_a_file_that_fails_when_others_are_due_then_they_are_made_and_it_is_seen(
    world: World,
) -> None:
    [failing] = await world.pay()
    await change(world, FAILED)
    [other] = await world.pay(dossier_code="H34.10-261122-0008")

    await world.make_files()

    payer = await world.page(f"/bien-lai/{token_of(failing.receipt_id)}")
    assert "Đã thanh toán, biên lai đang được tạo" in payer
    assert "62.000" in payer
    assert "Xem biên lai (PDF)" in await world.page(f"/bien-lai/{token_of(other.receipt_id)}")
    await world.sign_in(Role.ACCOUNTANT)
    page = await world.page("/can-bo/bien-lai")
    assert "1 tệp đã hỏng ít nhất một lần" in page
    assert "Không in được tệp (pdf-not-made)" in page


async def test_given_a_late_file_when_the_accountant_looks_then_the_page_says_since_when(
    world: World,
) -> None:
    await world.pay()
    await world.sign_in(Role.ACCOUNTANT)
    in_time = await world.page("/can-bo/bien-lai")
    await change(world, LATE)

    late = await world.page("/can-bo/bien-lai")
    await world.sign_in(Role.ACCOUNTANT, "H34.22.08")
    elsewhere = await world.page("/can-bo/bien-lai")
    await world.make_files()
    await world.sign_in(Role.ACCOUNTANT)
    made = await world.page("/can-bo/bien-lai")

    assert "1 tệp biên lai làm chậm" in late
    assert "làm chậm" not in in_time + elsewhere + made


@pytest.mark.parametrize("attempts", [7, 8, 1_000_000])
def test_given_a_file_that_failed_often_when_it_fails_again_then_it_is_tried_again(
    attempts: int,
) -> None:
    assert pause_after(attempts) == timedelta(minutes=15)

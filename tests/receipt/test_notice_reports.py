"""The tax authority hears of each notice 04/SS-CTĐT once, whatever went wrong before."""

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from receipt.domain.notices import report_body
from receipt.jobs.notices import report_notice
from receipt.use_cases import noticing
from shared.contracts.receipt import ReceiptIssued
from tests.receipt.correcting import RIGHT_NAME, STAFF, Desk
from tests.receipt.world import World
from tests.support.tax_authority import TaxAuthority


async def reported(world: World, notice_id: UUID, receipt: ReceiptIssued) -> bytes:
    async with world.database.transaction() as session:
        return report_body(await noticing.find(session, notice_id, receipt.receipt_id))


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"outage": True}, "tax-unavailable"), ({"lose_answers": 1}, "tax-unavailable"),
        ({"refuse": 1}, ""),
    ],
)  # fmt: skip
async def test_given_a_notice_when_the_authority_fails_first_then_it_has_it_once_in_the_end(
    world: World, tmp_path: Path, fault: dict[str, object], said: str
) -> None:
    [receipt] = await world.pay()
    await world.make_files()
    desk = Desk(world)
    await desk.approve(await desk.ask_notice(receipt))
    tax = TaxAuthority(tmp_path / "tax")
    await tax.ask_for(**fault)

    assert await report_notice(world.database, None, tax=tax.client, signers=tax.signers)
    assert not await report_notice(world.database, None, tax=tax.client, signers=tax.signers)
    waiting = await world.page(f"{STAFF}/{receipt.receipt_id}")
    await tax.heal()
    async with world.database.transaction() as session:
        await session.execute(text("UPDATE error_notice SET report_due_at = noticed_at"))
    assert await report_notice(world.database, None, tax=tax.client, signers=tax.signers)
    assert not await report_notice(world.database, None, tax=tax.client, signers=tax.signers)

    assert "Chờ gửi" in waiting
    assert said in waiting
    [form] = [each for each in await tax.received() if "04/SS" in str(each)]
    assert (form["ky_hieu"], form["so"]) == (receipt.serial_symbol, receipt.number)
    assert RIGHT_NAME in (await reported(world, UUID(form["ma"]), receipt)).decode()
    assert "Đã nhận" in await world.page(f"{STAFF}/{receipt.receipt_id}")
    await tax.client.close()

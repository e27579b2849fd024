"""*Dải số*: an administrator registers, opens and closes; accountants and auditors read."""

import re
from datetime import date

import pytest
from sqlalchemy import select

from shared.clock import utc_now
from shared.contracts.parts import FeeKind
from shared.days import vietnam_day
from shared.db.tables import AuditRow
from shared.web.identity import Role
from tests.receipt.world import World

PATH = "/can-bo/bien-lai/day-so"
FORM = "/can-bo/bien-lai/day-so/dang-ky"
TODAY = vietnam_day(utc_now())


def a_form(**changes: str) -> dict[str, str]:
    return {
        "don_vi": "H34.10/6101234567", "loai": "phi", "mau": "EBL01", "nam": str(TODAY.year),
        "chu": "ac", "so_dang_ky": "1234/TB-CTQN", "ngay_dang_ky": TODAY.isoformat(),
    } | changes  # fmt: skip


async def a_series_page(world: World, serial: str) -> str:
    page = await world.page(PATH)
    row = re.search(rf"EBL01 · {serial}.*?href=\"({PATH}/[0-9a-f-]+)\"", page)
    assert row is not None, serial
    return row.group(1)


async def test_given_an_administrator_when_they_change_a_series_then_each_act_has_its_record(
    world: World,
) -> None:
    serial = f"{TODAY:%y}TAA"
    await world.pay()
    await world.sign_in(Role.ADMINISTRATOR)
    old = await a_series_page(world, serial)
    assert "Chưa ghi" in await world.page(PATH)
    assert "01/ĐKTĐ-CTĐT" in await world.page(FORM)

    await world.client.post(f"{old}/ghi-dang-ky", data=a_form(so_dang_ky="99/TB-CTQN"))
    await world.client.post(f"{old}/dong", data={"reason": "Đổi ký hiệu"})
    await world.pay(dossier_code="H34.10-261122-0008")
    waiting = await world.page(PATH)
    made = await world.client.post(FORM, data=a_form())
    await world.client.post(f"{made.headers['location']}/mo")
    [give_numbers] = [job for job in world.service.jobs if job.name == "give-numbers"]
    await give_numbers.run(world.database, None)

    assert "1 biên lai đã thu tiền, chưa có số" in waiting
    assert "H34.10-261122-0008" in waiting
    assert "chưa có số" not in await world.page(PATH)
    assert "99/TB-CTQN" in await world.page(old)
    async with world.database.transaction() as session:
        rows = (await session.scalars(select(AuditRow).order_by(AuditRow.id))).all()
    assert [(row.act, row.reason) for row in rows] == [
        ("series.registration", "99/TB-CTQN"), ("series.close", "Đổi ký hiệu"),
        ("series.register", "1234/TB-CTQN"), ("series.open", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"don_vi": "H48/1"}, "Chọn đơn vị thu"),
        ({"loai": "x"}, "Chọn phí hoặc lệ phí"),
        ({"nam": "1999"}, "năm nay hoặc năm sau"),
        ({"nam": "năm"}, "năm nay hoặc năm sau"),
        ({"chu": "AO"}, "Hai chữ cái trong"),
        ({"chu": "A"}, "Hai chữ cái trong"),
        ({"chu": "AAA"}, "Hai chữ cái trong"),
        ({"mau": "EBL99"}, "Hai chữ cái trong"),
        ({"mau": "EBL02"}, "Mẫu in sẵn mệnh giá chưa dùng được"),
        ({"chu": "AA"}, "đã có dải số với ký hiệu này"),
        ({"so_dang_ky": "<b>"}, "Ghi số của thông báo"),
        ({"ngay_dang_ky": "hôm nay"}, "Ghi ngày có thật"),
        ({"ngay_dang_ky": date(9000, 1, 1).isoformat()}, "Ghi ngày có thật"),
    ],
)
async def test_given_a_wrong_form_when_sent_then_the_field_says_what_to_do_and_nothing_is_stored(
    world: World, changes: dict[str, str], complaint: str
) -> None:
    await world.pay()
    await world.sign_in(Role.ADMINISTRATOR)
    before = (await world.page(PATH)).count("<tr>")

    answer = await world.client.post(FORM, data=a_form(**changes))

    assert answer.status_code == 422
    assert complaint in answer.text
    assert (await world.page(PATH)).count("<tr>") == before


async def test_given_readers_and_strangers_when_they_look_then_nobody_else_may_act(
    world: World,
) -> None:
    await world.pay(FeeKind.PHI, FeeKind.LE_PHI)
    await world.sign_in(Role.ADMINISTRATOR)
    one = await a_series_page(world, f"{TODAY:%y}TAA")
    taken = await world.client.post(FORM, data=a_form(chu="AD"))
    refused = await world.client.post(f"{taken.headers['location']}/mo")
    empty = await world.client.post(f"{one}/dong", data={"reason": "x"})

    await world.sign_in(Role.ACCOUNTANT)
    page = await world.page(one)
    forbidden = await world.client.post(f"{one}/dong", data={"reason": "Hết dùng"})
    await world.sign_in(Role.ADMINISTRATOR, "H48.70")
    foreign = await world.client.post(f"{one}/dong", data={"reason": "Hết dùng"})

    assert (refused.status_code, empty.status_code) == (422, 422)
    assert "Đang có một dải số khác mở" in refused.text
    assert "Đóng dải số" not in page
    assert (forbidden.status_code, foreign.status_code) == (403, 404)
    assert "Chưa có dải số" in await world.page(PATH)

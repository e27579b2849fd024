"""*Sổ biên lai*: every number of a series, the proof that none is missing, its CSV."""

import csv
import io
import re
from datetime import timedelta

import pytest

from shared.clock import utc_now
from shared.days import vietnam_day
from shared.db import driver
from shared.web.identity import Role
from tests.receipt.acts import settle
from tests.receipt.builders import a_line, a_payment
from tests.receipt.world import PEOPLE, World

PATH = "/can-bo/bien-lai/so"
CSV = "/can-bo/bien-lai/so.csv"
COUNT = 230


async def given_numbers(world: World) -> None:
    payments = [a_payment(a_line(amount_vnd=10_000)) for _ in range(COUNT)]
    await settle(world.database, *payments, clock=utc_now)


async def sql(world: World, statement: str) -> None:
    async with world.database.transaction() as session:
        await driver.execute(session, statement)


async def exported(world: World, query: str = "") -> list[list[str]]:
    dai = re.search(r'option value="([0-9a-f-]{36})"', await world.page(PATH))
    assert dai is not None
    answer = await world.client.get(f"{CSV}?dai={dai.group(1)}{query}")
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_given_many_numbers_when_the_register_is_read_then_each_stands_there_once(
    world: World,
) -> None:
    await given_numbers(world)
    await world.sign_in(Role.AUDITOR)

    path, shown, first = PATH, list[int](), await world.page(PATH)
    while path:
        page = await world.page(path)
        shown += [int(number) for number in re.findall(r"<strong>(\d+)</strong>", page)]
        following = re.search(rf'href="({PATH}\?[^"]*after=[^"]+)"', page)
        path = following.group(1).replace("&amp;", "&") if following else ""
    rows = await exported(world)

    assert shown == list(range(1, COUNT + 1))
    assert f"Đủ từ 1 đến {COUNT}" in first
    assert "Không thiếu số nào, không trùng số nào" in first
    assert "Không thiếu số nào" not in page
    assert [row[0] for row in rows[1:-1]] == [str(number) for number in range(1, COUNT + 1)]
    assert rows[-1][2:7] == [str(COUNT), "", str(COUNT * 10_000), "0", f"Đủ từ 1 đến {COUNT}."]


@pytest.mark.parametrize("number", [1, 100, 101, COUNT])
async def test_given_a_number_that_is_gone_when_the_register_is_read_then_it_is_red_and_named(
    world: World, number: int
) -> None:
    await given_numbers(world)
    gone = f"(SELECT id FROM receipt WHERE number = {number})"  # noqa: S608 - our own number
    await sql(world, f"DELETE FROM receipt_file WHERE receipt_id IN {gone}")  # noqa: S608
    await sql(world, f"DELETE FROM receipt WHERE id IN {gone}")  # noqa: S608
    await world.sign_in(Role.ACCOUNTANT)

    first = await world.page(PATH)
    after = re.search(rf'href="({PATH}\?[^"]*after=[^"]+)"', first)
    assert after is not None
    second = await world.page(after.group(1).replace("&amp;", "&"))
    rows = await exported(world)

    assert "thiếu 1 số" in first
    assert re.search(rf"Số thiếu: {number} *</p>", first)
    red = (first + second).count("Thiếu số</span>")
    assert red == (0 if number == COUNT else 1)
    assert rows[-1][6] == "Thiếu 1 số."


async def test_given_replaced_receipts_days_and_strangers_when_read_then_each_sees_what_is_theirs(
    world: World,
) -> None:
    await given_numbers(world)
    today = vietnam_day(utc_now())
    await sql(
        world,
        "INSERT INTO receipt SELECT r.* FROM receipt o, LATERAL jsonb_populate_record(o,"
        " jsonb_build_object('id', gen_random_uuid(), 'number', 231, 'replaces', o.id)) r"
        " WHERE o.number = 7",
    )
    await sql(
        world,
        "INSERT INTO receipt_file (receipt_id, status, issued_at, error_code) SELECT id,"
        " 'pending', issued_at, 'printer-failed' FROM receipt WHERE number = 231",
    )
    await sql(world, "UPDATE receipt SET status = 'replaced' WHERE number = 7")
    await sql(world, "UPDATE series SET last_number = 231")
    await world.sign_in(Role.SUPERVISOR)

    page = await world.page(PATH)
    rows = await exported(world, f"&tu={today}&den={today}")
    none = await exported(world, f"&tu={today + timedelta(days=1)}")
    wrong = await world.client.get(f"{PATH}?tu=hôm+nay", headers=PEOPLE)
    dai = re.search(r'option value="([0-9a-f-]{36})"', page)
    assert dai is not None
    await world.sign_in(Role.ACCOUNTANT, "H48.70")
    foreign = [
        (await world.client.get(f"{path}?dai={dai.group(1)}", headers=PEOPLE)).status_code
        for path in (PATH, CSV)
    ]

    assert "Đã bị thay thế" in page
    assert "TAA · 231" in page
    assert (rows[7][6:8], rows[231][8]) == (["Đã bị thay thế", "26TAA · 231"], "26TAA · 7")
    assert len(rows) == COUNT + 3
    assert none[1][2:5] == ["0", "", "0"]
    assert (wrong.status_code, foreign) == (422, [404, 404])
    assert "Chưa có dải số" in await world.page(PATH)

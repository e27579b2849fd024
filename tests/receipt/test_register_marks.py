"""*Sổ biên lai*: what became of each number stands beside it, and is what one may ask for."""

import csv
import io
import re
from pathlib import Path

from sqlalchemy import text

from receipt.jobs.days import send_table
from receipt.jobs.files import make_file
from receipt.use_cases.close_day import close_now
from shared.clock import utc_now
from shared.contracts.receipt import ReceiptIssued
from shared.days import vietnam_day
from shared.web.identity import Role
from tests.receipt.acts import issued, know, settle
from tests.receipt.builders import a_line, a_party, a_payment
from tests.receipt.correcting import Desk, a_refund, hear_refund
from tests.receipt.days import Days
from tests.receipt.world import World
from tests.support.tax_authority import TaxAuthority

PATH = "/can-bo/bien-lai/so"
FORMULA = "=cmd|' /C calc'!A0"
TODAY = f"{vietnam_day(utc_now())}"
ALL = [1, 2, 3, 4, 5, 6]


async def send_all(days: Days) -> None:
    async with days.database.transaction() as session:
        await close_now(session, ["H34.10"], now=utc_now())
    while await send_table(
        days.database, None, tax=days.authority.client, signers=days.authority.signers
    ):
        pass


async def given_six(world: World, tmp_path: Path) -> list[ReceiptIssued]:
    """Give six numbers: 1 noticed, 2 replaced by 6, 3 refunded in part, 4 and 5 refused."""
    days = Days(world.database, TaxAuthority(tmp_path / "tax"), utc_now())
    desk = Desk(world)
    await know(world.database, a_party())
    await settle(world.database, a_payment(a_line(name=FORMULA)), clock=utc_now)
    await days.issue(2)
    await send_all(days)
    await days.authority.ask_for(refuse=1)
    await days.issue(2)
    await send_all(days)
    receipts = list(await issued(world.database))
    await make_file(world.database, receipts[0].receipt_id, workshop=world.workshop)
    await desk.approve(await desk.ask_notice(receipts[0]))
    await hear_refund(world.database, a_refund(receipts[2], 2_000))
    return [*receipts, await days.replace(receipts[1])]


def numbers_of(page: str) -> list[int]:
    return [int(number) for number in re.findall(r"<strong>(\d+)</strong></a>", page)]


async def test_given_all_that_becomes_of_numbers_when_asked_for_then_each_is_found_and_marked(
    world: World, tmp_path: Path
) -> None:
    await given_six(world, tmp_path)
    await world.sign_in(Role.AUDITOR)

    page = await world.page(PATH)
    found = {
        query: numbers_of(await world.page(f"{PATH}?{query}"))
        for query in (
            "trang_thai=in-force", "trang_thai=replaced", "trang_thai=replacement",
            "trang_thai=noticed", "trang_thai=refunded", "trang_thai=without-file",
            "bao=unreported", "bao=reported", f"tu={TODAY}&den={TODAY}", "tu=2027-01-01",
            "den=2026-01-01", "trang_thai=replaced&bao=reported", "don_vi=H34.10",
            "trang_thai=nonsense", "after=4&trang_thai=in-force",
        )
    }  # fmt: skip

    assert found == {
        "trang_thai=in-force": [1, 3, 4, 5, 6], "trang_thai=replaced": [2],
        "trang_thai=replacement": [6], "trang_thai=noticed": [1], "trang_thai=refunded": [3],
        "trang_thai=without-file": [2, 3, 4, 5, 6], "bao=unreported": [4, 5, 6],
        "bao=reported": [1, 2, 3], f"tu={TODAY}&den={TODAY}": ALL, "tu=2027-01-01": [],
        "den=2026-01-01": [], "trang_thai=replaced&bao=reported": [2], "don_vi=H34.10": ALL,
        "trang_thai=nonsense": ALL, "after=4&trang_thai=in-force": [5, 6],
    }  # fmt: skip
    for said in (
        "Đã hoàn một phần", "đã hoàn 2.000", "Có thông báo sai sót", "số 1/2026", "thay cho",
        "bổ sung lần 1", "Không được tiếp nhận", "chưa lập bảng",
    ):  # fmt: skip
        assert said in page


async def test_given_all_that_becomes_of_numbers_when_exported_then_the_file_says_it_safely(
    world: World, tmp_path: Path
) -> None:
    await given_six(world, tmp_path)
    await world.sign_in(Role.ACCOUNTANT)
    dai = re.search(r'option value="([0-9a-f-]{36})"', await world.page(PATH))
    assert dai is not None

    answer = await world.client.get(f"{PATH}.csv?dai={dai.group(1)}")
    some = await world.client.get(f"{PATH}.csv?dai={dai.group(1)}&trang_thai=refunded")

    assert answer.content.startswith(b"\xef\xbb\xbf")
    head, *rows, last = csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    assert [len(row) for row in [head, *rows]] == [16] * 7
    assert [row[3] for row in rows[:2]] == [f"'{FORMULA}", "Phí chứng thực bản sao từ bản chính"]
    assert (rows[2][5], rows[0][9], rows[0][10], rows[1][7]) == (
        "2000", "1/2026", "Đã có", "26TAA · 6",
    )  # fmt: skip
    assert [row[11:15] for row in (rows[0], rows[3], rows[5])] == [
        [TODAY, "0", "Đã nhận", "CT-00000001"],
        [TODAY, "1", "Không được tiếp nhận", ""],
        ["", "", "Chưa lập bảng", ""],
    ]
    assert last[2:7] == ["6", "", "372000", "2000", "Đủ từ 1 đến 6."]
    assert some.text.splitlines()[-1].startswith(",,1,,62000,2000,")


async def test_given_days_when_a_period_is_asked_for_then_no_number_of_it_is_left_out(
    world: World,
) -> None:
    """Bounds are found by halving: also beside numbers that are gone."""
    await settle(world.database, *[a_payment(a_line()) for _ in range(75)], clock=utc_now)
    async with world.database.transaction() as session:
        for statement in (
            "UPDATE receipt SET issued_at = timestamptz '2026-11-01 00:00+07'"
            " + ((number - 1) / 5) * interval '1 day'",
            "DELETE FROM receipt_file USING receipt r"
            " WHERE r.id = receipt_id AND number IN (11, 38)",
            "DELETE FROM receipt WHERE number IN (11, 38)",
        ):
            await session.execute(text(statement))
    await world.sign_in(Role.AUDITOR)

    found = [
        numbers_of(await world.page(f"{PATH}?tu=2026-11-{day:02}&den=2026-11-{day:02}"))
        for day in range(1, 16)
    ]

    there = [number for number in range(1, 76) if number not in {11, 38}]
    assert found == [[n for n in there if (n - 1) // 5 == day] for day in range(15)]

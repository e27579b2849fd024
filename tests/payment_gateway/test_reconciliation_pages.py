"""Đối soát, as an accountant meets it; gateway and mock bank as real applications."""

import csv
import io
from collections.abc import AsyncIterator

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import text

from payment_gateway.main import service_of
from payment_gateway.settings import Settings
from shared.clock import utc_now
from shared.contracts.money import DayReconciled
from shared.days import vietnam_day
from shared.db.database import Database
from shared.web.identity import Role
from tests.payment_gateway.a_day import Day
from tests.payment_gateway.both_sides import BANK, BothSides, both_sides
from tests.support.databases import Databases
from tests.support.facts import facts
from tests.support.sign_in import sign_in_as
from tests.support.web import client_of

PATH = "/can-bo/doi-soat"
DIFFERENCES = "/can-bo/doi-soat/chenh-lech"
HTML = {"Accept": "text/html"}


@pytest.fixture
async def both(templates: Databases) -> AsyncIterator[BothSides]:
    async with both_sides(templates) as running:
        yield running


def today() -> str:
    return f"{vietnam_day(utc_now())}"


async def sign_in(both: BothSides, role: Role, agency_code: str = "H34.10") -> AsyncClient:
    side = both.gateway
    await sign_in_as(
        role, client=side.client, service=side.service, database=side.database,
        agency_code=agency_code,
    )  # fmt: skip
    return side.client


async def page(client: AsyncClient, path: str) -> str:
    answer = await client.get(path, headers=HTML)
    assert answer.status_code == 200, answer.text
    return " ".join(answer.text.split())


async def run(client: AsyncClient, day: str = "") -> Response:
    return await client.post(f"{PATH}/{day or today()}/chay", headers=HTML)


async def difference(both: BothSides, kind: str) -> str:
    statement = "SELECT id::text FROM difference WHERE kind = :kind AND status = 'open'"
    (found,) = await both.gateway.run(statement, kind=kind)
    return str(found)


async def test_given_planted_differences_when_the_accountant_runs_the_day_then_each_has_its_act(
    both: BothSides,
) -> None:
    day = Day(both)
    await day.pay(10)
    await day.spoil("npsp", 2)
    await day.spoil("momo", 2)
    await day.transfer("over")
    client = await sign_in(both, Role.ACCOUNTANT)

    answer = await run(client)

    assert (answer.status_code, answer.headers["location"]) == (303, f"{PATH}/{today()}")
    shown = await page(client, f"{PATH}/{today()}")
    assert "Bên ta có, bên kia không" in shown
    assert "Không rõ của khoản nào" in shown
    assert "Tạm dừng trả kết quả, hỏi kênh thanh toán ngay" in shown
    assert "Hoàn trả phần không dùng đến, người thứ hai duyệt" in shown
    assert "Có hiệu lực" in shown
    listed = await page(client, PATH)
    assert f'href="{PATH}/{today()}"' in listed
    assert "5 việc chờ" in listed
    said = [each.data for each in await facts(both.gateway.database, DayReconciled)]
    assert {fact.channel.value for fact in said} == {
        "npsp", "vnpay", "momo", "zalopay", "vietqr", "cash",
    }  # fmt: skip
    npsp = next(fact for fact in said if fact.channel == "npsp")
    assert (npsp.ours.count, npsp.theirs.count, npsp.matched.count) == (2, 2, 1)
    assert {each.kind.value for each in npsp.differences} == {"here_not_there", "unknown"}
    assert "không lấy được tệp mới" not in shown, "cash has no file to fetch"


async def test_given_a_line_nobody_knows_when_it_is_recorded_then_it_waits_for_an_owner_once(
    both: BothSides,
) -> None:
    day = Day(both)
    await day.pay(5)
    await day.spoil("vnpay", 1)
    client = await sign_in(both, Role.ACCOUNTANT)
    await both.bank.run("UPDATE planted SET kind = 'extra'")
    await run(client)
    await both.bank.run("UPDATE planted SET kind = 'extra'")
    await run(client)
    path = f"{DIFFERENCES}/{await difference(both, 'unknown')}/ghi-nhan"

    first = await client.post(path, headers=HTML)
    second = await client.post(path, headers=HTML)

    assert (first.status_code, second.status_code) == (303, 404)
    problems = await both.gateway.run("SELECT problem FROM money WHERE problem IS NOT NULL")
    assert problems == ["unknown"]
    acts = await both.gateway.run("SELECT act FROM difference WHERE status = 'open'")
    assert acts == ["match"]
    assert await both.gateway.run("SELECT act FROM audit WHERE act = 'difference.record'") == [
        "difference.record"
    ]


async def test_given_an_explained_difference_when_the_day_runs_again_then_it_stays_explained(
    both: BothSides,
) -> None:
    day = Day(both)
    await day.pay(5)
    await day.spoil("npsp", 1)
    client = await sign_in(both, Role.ACCOUNTANT)
    await run(client)
    path = f"{DIFFERENCES}/{await difference(both, 'here_not_there')}/giai-thich"

    too_short = await client.post(path, data={"reason": "x"}, headers=HTML)
    answer = await client.post(path, data={"reason": "Kênh hẹn gửi lại tệp"}, headers=HTML)
    again = await client.post(path, data={"reason": "Lần nữa"}, headers=HTML)
    await run(client)

    assert (too_short.status_code, answer.status_code, again.status_code) == (422, 303, 409)
    shown = await page(client, f"{PATH}/{today()}")
    assert "Đã giải thích: Kênh hẹn gửi lại tệp" in shown
    await both.bank.client.delete(f"{BANK}/api/faults")
    await run(client)
    assert await both.gateway.run("SELECT status FROM difference") == ["gone"], "a newer version"
    versions = await both.gateway.run(
        "SELECT version FROM statement_file WHERE channel = 'npsp' ORDER BY version"
    )
    assert versions == [1, 2], "nothing lost"


async def test_given_files_handed_in_when_they_are_taken_then_good_ones_count_and_all_are_kept(
    both: BothSides,
) -> None:
    day = Day(both)
    await day.pay(5)
    client = await sign_in(both, Role.ACCOUNTANT)
    good = (await both.bank.client.get(f"{BANK}/api/statements/{today()}?channel=momo")).content
    bad = good.replace(b"TOTAL,1", b"TOTAL,2")
    path = f"{PATH}/{today()}/tep"

    refused = await client.post(path, data={"channel": "momo"}, files={"file": ("a.csv", bad)})
    taken = await client.post(path, data={"channel": "momo"}, files={"file": ("a.csv", good)})
    twice = await client.post(path, data={"channel": "momo"}, files={"file": ("b.csv", good)})
    unknown = await client.post(path, data={"channel": "cash"}, files={"file": ("c", good)})

    assert refused.headers["location"].endswith("?fault=totals-differ#tep")
    assert (taken.status_code, twice.status_code, unknown.status_code) == (303, 303, 422)
    states = await both.gateway.run(
        "SELECT version || coalesce(fault, ' in force') FROM statement_file ORDER BY version"
    )
    assert states == ["1totals-differ", "2 in force"]
    shown = await page(client, f"{PATH}/{today()}?fault=totals-differ")
    assert "Dòng tổng không khớp các dòng" in shown
    closed = await both.gateway.run("SELECT channel FROM day_close")
    assert closed == ["momo"]


async def test_given_a_handed_in_statement_when_it_names_a_payable_then_no_money_comes_of_it(
    both: BothSides,
) -> None:
    paying = await both.begin("vietqr")
    client = await sign_in(both, Role.ACCOUNTANT)
    statement = (
        "bank_reference,booked_at,amount_vnd,currency,bin,account,payer_bin,content\r\n"
        f"FT1,{today()}T00:00:01+07:00,100000,VND,,,,{paying.reference}\r\nTOTAL,1,100000\r\n"
    )

    await client.post(
        f"{PATH}/{today()}/tep",
        data={"channel": "vietqr"},
        files={"file": ("a", statement.encode())},
    )

    assert await both.status(paying) == "awaiting_payment"
    assert await both.gateway.run("SELECT kind FROM difference") == ["there_not_here"]


async def test_given_a_bank_that_is_away_when_the_accountant_runs_then_the_page_says_what_waits(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SETTLEMENT_URL", "http://127.0.0.1:1/statements")
    service = service_of(Settings())
    async with client_of(service, database) as client:
        await sign_in_as(Role.ACCOUNTANT, client=client, service=service, database=database)

        await run(client)
        shown = await page(client, f"{PATH}/{today()}")

        assert "chưa có tệp, ngày chưa chốt" in shown
        async with database.transaction() as session:
            closed = await session.scalars(text("SELECT channel FROM day_close"))
            assert list(closed) == ["cash"]
    for close in service.closers:
        await close()


async def test_given_differences_when_they_are_exported_then_no_cell_is_a_formula(
    both: BothSides,
) -> None:
    day = Day(both)
    await day.pay(5)
    await day.spoil("npsp", 1)
    client = await sign_in(both, Role.ACCOUNTANT)
    await run(client)
    await both.gateway.run("UPDATE difference SET status = 'explained', explanation = '=1+1'")

    answer = await client.get(f"{PATH}/{today()}/chenh-lech.csv")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    lines = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"), newline="")))
    assert lines[0][:3] == ["Kênh", "Loại", "Mã giao dịch"]
    assert lines[1][-1] == "'=1+1"
    assert not [cell for line in lines for cell in line if cell.startswith(("=", "+", "-", "@"))]


async def test_given_another_agency_when_its_accountant_looks_then_nothing_of_ours_is_there(
    both: BothSides,
) -> None:
    day = Day(both)
    await day.pay(5)
    await day.spoil("npsp", 1)
    await run(await sign_in(both, Role.ACCOUNTANT))
    found = await difference(both, "here_not_there")

    client = await sign_in(both, Role.ACCOUNTANT, agency_code="H34.22.08")
    shown = await page(client, f"{PATH}/{today()}")
    act = await client.post(
        f"{DIFFERENCES}/{found}/giai-thich", data={"reason": "abc"}, headers=HTML
    )
    file = await client.post(
        f"{PATH}/{today()}/tep", data={"channel": "npsp"}, files={"file": ("a", b"a")}
    )

    assert "Ngày này chưa chốt" in shown
    assert "SHA-256" not in shown
    assert (act.status_code, file.status_code) == (404, 422)


async def test_given_a_supervisor_when_looking_at_a_day_then_there_is_nothing_to_press(
    both: BothSides,
) -> None:
    client = await sign_in(both, Role.SUPERVISOR)

    shown = await page(client, f"{PATH}/{today()}")
    refused = await run(client)
    future = await (await sign_in(both, Role.ACCOUNTANT)).post(f"{PATH}/2999-01-01/chay")

    assert "Nạp tệp" not in shown
    assert (refused.status_code, future.status_code) == (403, 422)

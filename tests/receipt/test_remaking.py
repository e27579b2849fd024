"""A refused 01/TH-BLĐT made anew by two people: nothing is counted twice, nothing is lost."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from httpx import Response
from sqlalchemy import text

from receipt.jobs.catalogue import daily_table_jobs
from shared.approvals import PlanChangedError
from shared.clock import utc_now
from shared.contracts.receipt import DailyReceiptTableSent
from shared.db.database import Database
from shared.lifecycle import IllegalStepError
from shared.service import Service
from shared.web.identity import Role
from tests.receipt.days import CLOSES_AT, Days, Remaking, at, days_of
from tests.receipt.world import PEOPLE, World
from tests.support.facts import facts
from tests.support.tax_authority import TaxAuthority
from tests.support.web import client_of

WORDS = "Thu theo quyết định số 12"
LIST = "/can-bo/bien-lai/bang-ke"
COUNTED = (
    "SELECT number, count(*) FROM daily_table_line WHERE adjusts IS NULL AND NOT superseded"
    " GROUP BY number ORDER BY number"
)
STATES = "SELECT supplement_no, status FROM daily_table_submission ORDER BY made_at, supplement_no"


@pytest.fixture
def days(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Days]:
    with days_of(database, TaxAuthority(tmp_path / "tax"), monkeypatch) as days:
        yield days


@pytest.fixture
async def office(world: World, service: Service, tmp_path: Path) -> AsyncIterator[Days]:
    days = Days(world.database, TaxAuthority(tmp_path / "tax"), utc_now())
    jobs = (
        *service.jobs,
        *daily_table_jobs(days.authority.client, CLOSES_AT, days.authority.signers),
    )
    async with client_of(replace(service, jobs=jobs), world.database) as client:
        world.client = client
        yield days


@dataclass
class Asked:
    """A request to make a refused submission anew, and what stood on the pages."""

    table: str
    address: str
    named: str
    refused: str
    answers: list[Response]


async def given_a_request(world: World, office: Days) -> Asked:
    """Refuse a day for want of an explanation of number 2; an accountant explains it."""
    receipts = await office.issue(3)
    await office.authority.ask_for(unexplained=[2])
    await world.sign_in(Role.ACCOUNTANT)
    await world.client.post(f"{LIST}/lap", headers=PEOPLE)
    [(table_id,)] = await office.select("SELECT id::text FROM daily_table")
    form, named = f"{LIST}/{table_id}/lan/0/lap-lai", str(receipts[1].receipt_id)
    refused = await world.page(f"{LIST}/{table_id}")
    reason = {"reason": "Cơ quan thuế yêu cầu giải trình"}
    answers = [
        await world.client.post(form, data=typed, headers=PEOPLE)
        for typed in (
            reason, {named: "Thu lại"}, {**reason, named: "x" * 301},
            {**reason, named: WORDS}, {**reason, named: WORDS},
        )
    ]  # fmt: skip
    address = str(answers[3].headers["location"])
    assert address.startswith("/can-bo/bien-lai/bang-ke/de-nghi/")
    answers.append(await world.client.post(f"{address}/duyet", data={}, headers=PEOPLE))
    return Asked(f"{LIST}/{table_id}", address, named, refused, answers)


async def test_given_a_refused_line_when_an_accountant_asks_then_only_a_change_may_be_asked_for(
    world: World, office: Days
) -> None:
    asked = await given_a_request(world, office)
    await world.sign_in(Role.ACCOUNTANT, "H34.22.08")
    foreign = [
        (await world.client.get(path, headers=PEOPLE)).status_code
        for path in (asked.address, f"{asked.table}/lan/0/lap-lai")
    ]

    assert "THIEU_GIAI_TRINH" in asked.refused
    assert "Lập lại" in asked.refused
    assert [each.status_code for each in asked.answers] == [422, 422, 422, 303, 422, 403]
    assert "giống hệt" in asked.answers[0].text
    assert "Đã có đề nghị đang chờ duyệt" in asked.answers[4].text
    assert foreign == [404, 404]
    assert await office.select(STATES) == [(0, "refused")]


async def test_given_a_request_when_the_second_person_approves_then_it_is_taken_in_its_place(
    world: World, office: Days
) -> None:
    asked = await given_a_request(world, office)
    await world.sign_in(Role.SUPERVISOR)

    on_list = await world.page("/can-bo/bien-lai")
    [plan] = re.findall(r'name="plan" value="([0-9a-f]{64})"', await world.page(asked.address))
    approved = await world.client.post(
        f"{asked.address}/duyet", data={"plan": plan}, headers=PEOPLE
    )

    assert asked.address in on_list
    assert approved.status_code == 303
    assert await office.select(STATES) == [(0, "remade"), (0, "accepted")]
    assert await office.select(COUNTED) == [(1, 1), (2, 1), (3, 1)]
    [sent] = await office.sent()
    [(old,)] = await office.select(
        "SELECT id::text FROM daily_table_submission WHERE status = 'remade'"
    )
    assert (sent["thay_cho"], sent["lan_bo_sung"]) == (old, 0)
    assert [line["giai_trinh"] for line in sent["dong"]] == [None, WORDS, None]
    [said] = await facts(office.database, DailyReceiptTableSent)
    assert (said.data.count, said.data.total_vnd) == (3, 186_000)
    page = await world.page(asked.table)
    assert ("Đã lập lại" in page, "Gửi lại ngay" in page) == (True, False)
    kept = await world.client.get(f"{asked.table}/lan/0?ma={old}")
    assert kept.json()["dong"][1]["giai_trinh"] is None


async def test_given_a_request_when_the_old_one_is_taken_or_the_plan_changes_then_nothing_is_done(
    days: Days,
) -> None:
    receipts = await days.issue(2)
    await days.authority.ask_for(unexplained=[2])
    await days.work(at(23, "22:01"))
    two = Remaking(days)
    asked = await two.ask({str(receipts[1].receipt_id): "Thu lại"})

    await days.notice(receipts[0])
    with pytest.raises(PlanChangedError):
        await two.approve(asked)
    await days.authority.heal()
    await days.work(at(23, "23:02"))
    with pytest.raises(IllegalStepError):
        await two.approve(asked)

    assert await days.select(STATES) == [(0, "accepted")]
    assert len(await days.sent()) == 1


async def test_given_a_try_whose_answer_is_lost_when_asked_for_then_it_has_to_be_known_first(
    days: Days,
) -> None:
    receipts = await days.issue()
    await days.authority.ask_for(refuse=1)
    await days.work(at(23, "22:01"))
    await days.authority.ask_for(lose_answers=1)
    await days.work(at(23, "23:02"))

    with pytest.raises(IllegalStepError):
        await Remaking(days).ask({str(receipts[0].receipt_id): "Đã mất"})
    await days.work(at(23, "23:30"))

    assert await days.select(STATES) == [(0, "accepted")]


async def test_given_what_happened_since_when_made_anew_then_each_line_says_it_once(
    days: Days,
) -> None:
    """Refused: the first submission; waiting behind it: a supplement that tells of number 1."""
    first, second, third = await days.issue(3)
    await days.authority.ask_for(unexplained=[3])
    await days.work(at(23, "22:01"))
    early = await days.notice(first)
    await days.work(at(23, "23:51"))
    days.now = at(24, "09:00")
    late = await days.notice(first)
    other = await days.notice(second)
    await days.replace(third)
    two = Remaking(days)

    await two.approve(await two.ask({str(third.receipt_id): "Đã thay thế"}))
    await days.work()
    await days.work(at(24, "22:01"))

    anew, supplement, *later = await days.sent()
    told = {line["so"]: line for line in anew["dong"]}
    assert [told[n]["trang_thai"] for n in (1, 2, 3)] == ["moi", "giai_trinh", "bi_thay_the"]
    assert (told[2]["ghi_chu"], told[3]["giai_trinh"]) == (str(other), "Đã thay thế")
    assert [line["ghi_chu"] for line in supplement["dong"]] == [str(early)]
    assert {(t["ky"], t["lan_bo_sung"]): [(x["so"], x["ghi_chu"]) for x in t["dong"]]
            for t in later} == {
        ("2026-11-23", 2): [(1, str(late))], ("2026-11-24", 0): [(4, None)],
    }  # fmt: skip
    assert await days.select(COUNTED) == [(1, 1), (2, 1), (3, 1), (4, 1)]


async def test_given_a_refused_supplement_when_the_name_is_mended_then_it_corrects_what_was_taken(
    days: Days,
) -> None:
    [receipt] = await days.issue()
    await days.work(at(23, "22:01"))
    days.now = at(24, "09:00")
    first = await days.notice(receipt)
    await days.authority.ask_for(refuse=1)
    await days.work(at(24, "22:01"))
    second = await days.notice(receipt)
    async with days.database.transaction() as session:
        await session.execute(
            text("INSERT INTO agency (code, sequence, name) VALUES ('H34.10', 1, 'Trung tâm mới')")
        )
    two = Remaking(days)

    await two.approve(await two.ask({}))
    await days.work()

    _, supplement = await days.sent()
    [line] = supplement["dong"]
    assert (supplement["lan_bo_sung"], supplement["to_chuc_thu"]["ten"]) == (1, "Trung tâm mới")
    assert line["ky_dieu_chinh"] == "2026-11-23"
    assert (line["ghi_chu"], line["giai_trinh"].count("04/SS-CTĐT")) == (str(second), 2)
    assert await days.select("SELECT DISTINCT submission_id IS NULL FROM daily_table_change") == [
        (False,)
    ]
    assert first != second

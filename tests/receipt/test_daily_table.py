"""01/TH-BLĐT: each number is reported once, corrected where it changes, and never altered."""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from shared.contracts.receipt import DailyReceiptTableSent, ReceiptIssued
from shared.db.database import Database
from shared.failpoints import FailpointError
from tests.receipt.acts import settle
from tests.receipt.builders import PAYEE, a_line, a_payment
from tests.receipt.days import OTHER, Days, at, days_of
from tests.support.facts import facts
from tests.support.tax_authority import TaxAuthority

SENT = DailyReceiptTableSent
WEEKS = int(os.environ.get("TAX_WEEKS") or 1)


@pytest.fixture
def days(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Days]:
    with days_of(database, TaxAuthority(tmp_path / "tax"), monkeypatch) as days:
        yield days


def numbers(table: dict[str, Any]) -> list[tuple[int, str]]:
    return [(line["so"], line["trang_thai"]) for line in table["dong"]]


async def test_given_a_day_when_evening_comes_then_its_table_is_sent_and_acknowledged(
    days: Days,
) -> None:
    await days.issue(2)
    await days.issue(payee=OTHER)
    await days.work(at(23, "22:00"))
    assert await days.sent() == []

    await days.work(at(23, "22:01"))

    tables = {each["to_chuc_thu"]["ma_don_vi"]: each for each in await days.sent()}
    assert {each: len(table["dong"]) for each, table in tables.items()} == {
        "H34.10": 2,
        "H34.20": 1,
    }
    table = tables["H34.10"]
    assert (table["ky"], table["lan_bo_sung"]) == ("2026-11-23", 0)
    assert (table["so_dong"], table["tong_tien"]) == (2, 124_000)
    assert table["dong"][0] == {
        "stt": 1, "ky_hieu_mau": "EBL01", "ky_hieu": "26TAA", "so": 1, "ngay_lap": "2026-11-23",
        "ten_loai": "Phí chứng thực bản sao từ bản chính", "so_tien": 62_000, "ty_gia": None,
        "trang_thai": "moi", "ky_dieu_chinh": None, "bien_lai_lien_quan": None,
        "giai_trinh": None, "ghi_chu": None,
    }  # fmt: skip
    said = {each.data.agency_code: each.data for each in await facts(days.database, SENT)}
    assert (said["H34.10"].count, said["H34.10"].total_vnd) == (2, 124_000)
    assert said["H34.10"].reference == (await days.authority.received())[0]["ma_tiep_nhan"]


async def test_given_late_receipts_when_the_night_goes_on_then_each_cut_takes_its_own(
    days: Days,
) -> None:
    await days.issue()
    days.now = at(23, "22:00")
    await days.issue()
    await days.work(at(23, "22:01"))
    for clock in ("22:30", "23:49"):
        days.now = at(23, clock)
        await days.issue()
        await days.work()
    await days.work(at(23, "23:51"))
    days.now = at(23, "23:59")
    await days.issue()
    await days.work()
    await days.work(at(24, "00:01"))
    days.now = at(24, "09:00")
    await days.issue()
    await days.work()

    tables = [(each["ky"], each["lan_bo_sung"], numbers(each)) for each in await days.sent()]

    assert tables == [
        ("2026-11-23", 0, [(1, "moi")]),
        ("2026-11-23", 1, [(2, "moi"), (3, "moi"), (4, "moi")]),
        ("2026-11-23", 2, [(5, "moi")]),
    ]
    counts = [each.data.count for each in await facts(days.database, SENT)]
    assert counts == [1, 4, 5]


async def test_given_a_receipt_replaced_after_its_cut_when_both_are_told_then_each_is_told_once(
    days: Days,
) -> None:
    days.now = at(23, "21:50")
    [old] = await days.issue()
    days.now = at(23, "22:00")
    await days.replace(old)

    await days.work(at(23, "22:01"))
    await days.work(at(23, "23:51"))

    assert [numbers(each) for each in await days.sent()] == [
        [(1, "bi_thay_the")],
        [(2, "thay_the")],
    ]


async def test_given_a_day_that_was_sent_when_it_changes_then_a_supplement_says_so(
    days: Days,
) -> None:
    first, second = await days.issue(2)
    await days.work(at(23, "22:01"))
    [before] = await days.select("SELECT body FROM daily_table_submission")
    days.now = at(25, "10:00")
    replacement = await days.replace(first)
    notice_id = await days.notice(second)
    same_day = await days.replace(replacement)
    await days.work(at(25, "22:01"))

    sent = await days.sent()
    [supplement] = [each for each in sent if each["lan_bo_sung"] == 1]
    [table] = [each for each in sent if each["ky"] == "2026-11-25"]

    assert (supplement["ky"], numbers(supplement)) == (
        "2026-11-23",
        [(1, "bi_thay_the"), (2, "giai_trinh")],
    )
    assert {line["ky_dieu_chinh"] for line in supplement["dong"]} == {"2026-11-23"}
    assert supplement["dong"][0]["bien_lai_lien_quan"] == "EBL01 26TAA số 3 ngày 25/11/2026"
    assert supplement["dong"][1]["giai_trinh"] == "Thông báo 04/SS-CTĐT: tên người nộp"
    assert supplement["dong"][1]["ghi_chu"] == str(notice_id)
    assert numbers(table) == [(3, "bi_thay_the"), (same_day.number, "thay_the")]
    assert table["dong"][0]["bien_lai_lien_quan"] == (
        "EBL01 26TAA số 1 ngày 23/11/2026; EBL01 26TAA số 4 ngày 25/11/2026"
    )
    kept = await days.select(
        "SELECT body FROM daily_table_submission ORDER BY made_at, supplement_no LIMIT 1"
    )
    assert kept == [before]
    await days.work(at(26, "12:00"))
    assert len(await days.sent()) == len(sent)


async def test_given_an_answer_that_is_lost_when_sent_again_then_there_is_one_acceptance(
    days: Days, monkeypatch: pytest.MonkeyPatch
) -> None:
    await days.issue()
    monkeypatch.setenv("FAILPOINT", "W16:raise:1")
    with pytest.raises(FailpointError):
        await days.work(at(23, "22:01"))
    monkeypatch.delenv("FAILPOINT")
    assert await facts(days.database, SENT) == []

    await days.work(at(23, "22:01"))
    await days.work(at(23, "22:03"))

    [taken] = await days.authority.received()
    [said] = await facts(days.database, SENT)
    assert said.data.reference == taken["ma_tiep_nhan"]
    assert await days.select("SELECT attempts, status FROM daily_table_submission") == [
        (2, "accepted")
    ]


async def test_given_an_outage_when_it_ends_then_all_goes_in_order_and_the_outage_is_known(
    days: Days,
) -> None:
    await days.authority.ask_for(outage=True)
    await days.issue()
    await days.work(at(23, "22:01"))
    days.now = at(23, "22:30")
    await days.issue()
    await days.work(at(23, "23:51"))
    waiting = await days.select(
        "SELECT supplement_no, error_code, outage_id IS NOT NULL, failed_since"
        " FROM daily_table_submission ORDER BY supplement_no"
    )
    assert waiting == [
        (0, "tax-unavailable", True, at(23, "22:01")),
        (1, None, False, None),
    ]

    await days.authority.heal()
    await days.work(at(25, "09:00"))

    assert [each["lan_bo_sung"] for each in await days.sent()] == [0, 1]
    assert await days.select("SELECT began_at, ended_at FROM tax_outage") == [
        (at(23, "22:01"), at(25, "09:00"))
    ]


async def test_given_a_refusal_when_the_cause_is_gone_then_the_same_bytes_are_taken(
    days: Days,
) -> None:
    await days.authority.ask_for(refuse=1)
    await days.issue()
    await days.work(at(23, "22:01"))
    refused = "SELECT status, error_code FROM daily_table_submission"
    assert await days.select(refused) == [("refused", "THU_NGHIEM")]

    await days.work(at(23, "23:02"))

    assert await days.select(refused) == [("accepted", None)]


@pytest.mark.parametrize("seed", range(WEEKS))
async def test_given_a_week_of_everything_when_it_is_over_then_every_number_is_accounted_for(
    days: Days, seed: int
) -> None:
    chance = Random(seed)  # noqa: S311 - a repeatable week
    receipts: list[ReceiptIssued] = []
    for day in range(23, 30):
        await (days.authority.ask_for(outage=True) if day == 25 else days.authority.heal())
        for clock in sorted(
            f"{chance.choice((8, 14, 21, 22, 23))}:{chance.randrange(60):02}" for _ in range(4)
        ):
            await days.work(at(day, clock))
            payee = chance.choice((PAYEE, OTHER))
            receipts += await days.issue(chance.randrange(1, 4), payee=payee)
            old = chance.choice(receipts)
            if chance.random() < 0.4 and old.replaces is None:
                new = await days.replace(old)
                receipts = [each for each in receipts if each is not old] + [new]
            if chance.random() < 0.4:
                await days.notice(chance.choice(receipts))
    await days.authority.heal()
    for hours in (2, 24, 48):
        await days.work(at(30, "08:00") + timedelta(hours=hours))

    sent = await days.sent()
    every = await days.select(
        "SELECT s.tax_code, s.serial_symbol, r.number, r.total_vnd"
        " FROM receipt r JOIN series s ON s.id = r.series_id"
    )
    first = Counter(
        (table["to_chuc_thu"]["ma_so_thue"], line["ky_hieu"], line["so"], line["so_tien"])
        for table in sent
        for line in table["dong"]
        if line["ky_dieu_chinh"] is None
    )
    assert first == Counter(tuple(row) for row in every)
    newest = {
        (table["to_chuc_thu"]["ma_so_thue"], line["ky_hieu"], line["so"]): line["trang_thai"]
        for table in sent
        for line in table["dong"]
    }
    replaced = await days.select(
        "SELECT s.tax_code, s.serial_symbol, r.number FROM receipt r"
        " JOIN series s ON s.id = r.series_id JOIN receipt n ON n.replaces = r.id"
    )
    assert {key for key, state in newest.items() if state == "bi_thay_the"} == set(replaced)
    assert await days.select("SELECT 1 FROM daily_table_change WHERE submission_id IS NULL") == []
    last = {
        (each.data.agency_code, each.data.day_on): each.data.total_vnd
        for each in await facts(days.database, SENT)
    }
    assert sum(last.values()) == sum(row[3] for row in every)


async def test_given_payments_that_are_told_again_when_closed_again_then_nothing_is_sent(
    days: Days,
) -> None:
    payment = a_payment(a_line())
    await settle(days.database, payment, clock=lambda: days.now)
    await days.work(at(23, "22:01"))
    await settle(days.database, payment, clock=lambda: days.now)

    await days.work(at(24, "22:01"))

    assert len(await days.sent()) == 1

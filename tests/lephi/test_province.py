"""The made-up province: what it says in disorder, what it keeps, forgets and counts."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from httpx import ASGITransport, AsyncClient

from dossier.adapters.province.callback import (
    RefusedError,
    Stated,
    read_acknowledgement,
    read_dossier_message,
)
from dossier.domain.days import DayStatement
from lephi.province import messages
from lephi.province.app import create_app
from lephi.province.dossiers import make_dossiers
from lephi.province.exchange import Exchange
from lephi.province.faults import Fault, Faults, Wish, letters_of, rubbish
from lephi.province.store import DayTotals, Fact, Store
from shared.ids import new_id

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
DAY = "2026-11-24"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "province.db")
    yield made
    made.close()


def a_fact(*, paid_vnd: int = 0) -> Fact:
    kind = messages.PAID if paid_vnd else "vn.lephi.tthc.PhaiThu.v1"
    return Fact(str(new_id()), kind, "H34.10-261124-0007", DAY, paid_vnd)


@pytest.mark.parametrize("seed", range(60))
def test_given_rubbish_when_the_reader_takes_it_then_it_is_refused(seed: int) -> None:
    (dossier,) = make_dossiers(1, seed=1, now=NOW)

    spoilt = rubbish(dossier.message, Random(seed))  # noqa: S311 - no secret

    with pytest.raises(RefusedError):
        read_dossier_message(spoilt.value, sent_at=NOW)
    assert spoilt.key == dossier.code.encode()


def test_given_all_disorder_when_dossiers_are_sent_then_the_newest_version_is_made() -> None:
    faults = Faults()
    for fault in (Fault.TWICE, Fault.OUT_OF_ORDER, Fault.OLD_VERSIONS, Fault.RUBBISH):
        faults.ask_for(Wish(fault))
    made = {each.code: each for each in make_dossiers(400, seed=3, now=NOW)}

    letters = list(letters_of(made.values(), faults, Random(3)))  # noqa: S311 - no secret

    spoilt = [one for one in letters if one.is_rubbish]
    assert len(spoilt) == 4
    stated = [read_dossier_message(one.value, sent_at=NOW) for one in letters if not one.is_rubbish]
    newest: dict[str, Stated] = {}
    for each in stated:
        assert isinstance(each, Stated)
        code = each.message.dossier_code
        if code not in newest or each.message.stated_at >= newest[code].message.stated_at:
            newest[code] = each
    assert newest.keys() == made.keys()
    for code, each in newest.items():
        data = made[code].message["data"]
        assert each.message.facts.status == int(data["TrangThaiHoSo"])
        assert len(each.message.facts.fee_lines) == len(data["DanhSachLePhi"])
    versions = Counter(one.key for one in letters if not one.is_rubbish)
    assert min(versions.values()) >= 4
    first = {
        each.message.dossier_code: each for each in reversed(stated) if isinstance(each, Stated)
    }
    early = [code for code, each in first.items() if each.message != newest[code].message]
    assert len(early) > 50


def test_given_a_day_when_it_is_forgotten_then_it_is_held_again_once_it_is_heard_again(
    store: Store,
) -> None:
    facts = [a_fact(), a_fact(paid_vnd=62_000), a_fact(paid_vnd=8_000)]
    store.hear(facts)
    store.answered([fact.id for fact in facts], held=True)
    assert store.totals(DAY).paid_vnd == 70_000

    assert store.forget(DAY, most=None) == sorted(fact.id for fact in facts)
    assert store.totals(DAY) == DayTotals([], [], 0, 0)
    store.hear(facts[1:2])

    assert store.totals(DAY).fact_ids == [facts[1].id]
    assert store.unanswered(10) == [(facts[1].id, facts[1].code)]


def test_given_long_lists_when_the_day_is_told_then_the_reader_puts_the_parts_together() -> None:
    codes = [f"H34.10-261124-{number:07d}" for number in range(12_001)]
    ids = [str(new_id()) for _ in range(3)]

    letters = messages.day_totals(DAY, DayTotals(codes, ids, 2, 70_000), now=NOW)

    told = [read_dossier_message(one.value, sent_at=NOW) for one in letters]
    assert all(len(one.value) < 900_000 for one in letters)
    parts = [each for each in told if isinstance(each, DayStatement)]
    assert [(each.part, each.parts) for each in parts] == [(1, 3), (2, 3), (3, 3)]
    assert [code for each in parts for code in each.dossier_codes] == codes
    assert [str(one) for each in parts for one in each.fact_ids or ()] == ids
    assert {each.stated_at for each in parts} == {NOW}


@pytest.mark.parametrize("reason", [None, "HO_SO_KHONG_CO"])
def test_given_a_fact_when_it_is_answered_then_the_reader_understands(reason: str | None) -> None:
    fact_id = new_id()

    letter = messages.answer(str(fact_id), "H34.10-261124-0007", reason=reason, now=NOW)

    read_id, answer = read_acknowledgement(letter.value)
    assert (read_id, answer.result, answer.reason_code) == (
        fact_id, "ok" if reason is None else "loi", reason,
    )  # fmt: skip


async def test_given_the_door_when_it_is_asked_then_faults_days_and_the_page_are_there(
    store: Store,
) -> None:
    exchange = Exchange("127.0.0.1:1", store)
    store.hear([a_fact(paid_vnd=62_000)])
    transport = ASGITransport(app=create_app(exchange))
    async with AsyncClient(transport=transport, base_url="http://lephi.test") as client:
        wish = {"fault": "refuse", "times": 2, "reason": "HO_SO_DA_DONG"}
        asked = await client.put("/tinh-thu/api/faults", json=wish)
        wrong = await client.put("/tinh-thu/api/faults", json={"fault": "explode"})
        lost = await client.post(f"/tinh-thu/api/days/{DAY}/forgotten")
        away = await client.post(f"/tinh-thu/api/days/{DAY}/totals")
        page = await client.get("/tinh-thu/")

    assert [each["fault"] for each in asked.json()] == ["refuse"]
    assert wrong.status_code == 422
    assert len(lost.json()["forgotten"]) == 1
    assert away.status_code == 503
    assert page.status_code == 200
    assert DAY in page.text
    first, second = exchange.faults.use(Fault.REFUSE), exchange.faults.use(Fault.REFUSE)
    assert first is not None
    assert second is not None
    assert exchange.faults.use(Fault.REFUSE) is None

"""Guessing at the public check: one answer for every wrong guess, soon no answer at all."""

import re
from time import process_time

import pytest
from httpx import Response
from sqlalchemy import text

from shared.web.limits import LOOK_UPS_A_MINUTE, MISSES_A_DAY
from tests.receipt.test_check_files import API, a_receipt_with_file
from tests.receipt.world import PEOPLE, World

RIGHT = "/xac-minh/6101234567/EBL01/26TAA/1"
WRONG = [
    "/xac-minh/6101234567/EBL01/26TAA/2", "/xac-minh/6101234567/EBL01/26TAB/1",
    "/xac-minh/6101234567/EBL02/26TAA/1", "/xac-minh/6101234568/EBL01/26TAA/1",
    "/xac-minh/6101234567/01BLP0-001/AA-22E/1", "/xac-minh/6101234567/EBL01/25TAA/1",
    "/xac-minh/6101234567/EBL01/26TAA/99999999", "/xac-minh/x/x/x/x",
]  # fmt: skip
PLACE = {"issuer_tax_code": "6101234567", "form_symbol": "EBL01", "serial_symbol": "26TAA"}
TRIES = 7


async def set_counts(world: World, pattern: str, count: int) -> None:
    async with world.database.transaction() as session:
        statement = text("UPDATE rate_hit SET count = :count WHERE bucket LIKE :pattern")
        await session.execute(statement, {"count": count, "pattern": pattern})


async def asked_everywhere(world: World) -> list[Response]:
    """Ask at each door of the public check."""
    client = world.client
    return [
        await client.get(RIGHT, headers=PEOPLE),
        await client.post("/xac-minh", files={"tep": ("a", b"%PDF-")}, headers=PEOPLE),
        await client.post(API, json=PLACE | {"number": 1}),
        await client.post(API, files={"file": ("a", b"%PDF-")}),
    ]


async def test_given_wrong_guesses_when_asked_then_answer_and_work_are_those_of_every_other(
    world: World,
) -> None:
    await a_receipt_with_file(world)
    pages: set[str] = set()
    seconds: dict[str, float] = {}

    for path in WRONG * TRIES:
        await set_counts(world, "%", 0)
        began = process_time()
        answer = await world.client.get(path, headers=PEOPLE)
        took = process_time() - began
        seconds[path] = min(took, seconds.get(path, took))
        assert answer.status_code == 404
        pages.add(re.sub(r"next=[^\"&]*", "", answer.text))

    assert len(pages) == 1
    assert max(seconds.values()) < 3 * min(seconds.values())


@pytest.mark.parametrize(
    ("kind", "allowed"), [("look-up %", LOOK_UPS_A_MINUTE), ("miss %", MISSES_A_DAY)]
)
async def test_given_too_many_look_ups_when_asked_at_any_door_then_even_a_right_one_must_wait(
    world: World, kind: str, allowed: int
) -> None:
    await a_receipt_with_file(world)
    before = await asked_everywhere(world)

    await set_counts(world, kind, allowed)
    after = await asked_everywhere(world)

    assert [answer.status_code for answer in before] == [200] * 4
    assert [answer.status_code for answer in after] == [429] * 4
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in after)
    assert not any("62" in re.sub(r"<[^>]*>", "", answer.text) for answer in after)
    assert "quá nhiều lần" in after[0].text
    assert after[2].json()["code"] == "too-many-look-ups"

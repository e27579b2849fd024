"""Tra cứu hồ sơ toàn cơ quan: search, filters and pages over many dossiers of several agencies."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from dossier.domain.search import parse_search
from dossier.main import VIEWS
from dossier.views import lines
from dossier.views.lines import Asked, Filter, Place
from shared.db.database import Database
from shared.kafka.view_schema import prepare_views
from tests.conftest import NewDatabase
from tests.dossier.builders import SENT_AT, a_person, hear_dossier

MINE = ("H34.10", "H34.10.01")
PEOPLE = ("Nguyễn Văn Đức", "Nguyễn Thị Ánh", "Trần Đình Nguyên", "Lê Hữu Phước")
COUNT = 40

_FILL = """
INSERT INTO view.board (dossier_code, procedure_code, receiving_agency, collecting_agency, status,
  submitted_at, payment_state, fee_state)
SELECT d.dossier_code, CASE WHEN n % 3 = 0 THEN '1.004859' ELSE '2.000815' END,
  CASE n % 4 WHEN 0 THEN 'H34.22.08' WHEN 1 THEN 'H34.10.01' ELSE 'H34.10' END,
  CASE WHEN n % 8 = 0 THEN 'H34.10' ELSE 'H34.22.08' END, n % 10 + 1,
  CAST(:at AS timestamptz) - (n / 2) * interval '1 hour',
  CASE n % 5 WHEN 0 THEN 'due' WHEN 1 THEN 'paid' END, CASE WHEN n % 5 = 2 THEN 'pending' END
FROM (SELECT dossier_code, row_number() OVER (ORDER BY dossier_code) n FROM dossier) d
"""
"""Line n: an agency of four, two lines an hour, every fifth due, paid, or without a tariff."""


@pytest.fixture
async def database(database_of: NewDatabase) -> Database:
    made = await database_of("dossier")
    await prepare_views(made, VIEWS, consumer="dossier.views")
    for number in range(1, COUNT + 1):
        person = a_person(PEOPLE[number % 4], DienThoai=f"09000000{number:02}")
        await hear_dossier(made, MaHoSo=f"H34.10-261122-{number:04}", ChuHoSo=person)
    async with made.transaction() as session:
        await session.execute(text(_FILL), {"at": SENT_AT})
    return made


def seen(number: int) -> bool:
    """Tell whether line ``number`` is received or collected by one of MINE."""
    return number % 4 != 0 or number % 8 == 0


def asked(typed: str = "", **changes: object) -> Asked:
    fields: dict[str, Any] = dict(changes)
    plain = Asked(agencies=MINE, limit=200, search=parse_search(typed))
    return replace(plain, **fields)


async def numbers(database: Database, wanted: Asked) -> list[int]:
    async with database.transaction() as session:
        found = await lines.find_lines(session, wanted)
    return [int(line.dossier_code[-4:]) for line in found]


def in_order(found: Sequence[int]) -> list[int]:
    """Return line numbers newest filing first; of one instant, the greater code first."""
    return sorted(found, key=lambda n: (n // 2, -n))


CASES: Sequence[tuple[Asked, Callable[[int], bool] | None]] = (
    (asked(), None),
    (asked("nguyen van"), lambda n: n % 4 == 0),
    (asked("Nguyễn"), lambda n: n % 4 != 3),
    (asked("huu phuoc le"), lambda n: n % 4 == 3),
    (asked("0900 000 007"), lambda n: n == 7),
    (asked("000 007"), lambda n: n == 7),
    (asked("1122-001"), lambda n: 10 <= n < 20),
    (asked("h34.10-261122-0012"), lambda n: n == 12),
    (asked("H34.10-261122-0013"), lambda n: n == 13),
    (asked(show=Filter.UNPAID), lambda n: n % 5 == 0),
    (asked(show=Filter.PAID), lambda n: n % 5 == 1),
    (asked(show=Filter.WAITING), lambda n: n % 5 == 2),
    (asked(status=4), lambda n: n % 10 == 3),
    (asked(procedure_code="1.004859"), lambda n: n % 3 == 0),
    (asked(filed_from=SENT_AT - timedelta(hours=5)), lambda n: n // 2 <= 5),
    (asked(filed_before=SENT_AT - timedelta(hours=5)), lambda n: n // 2 > 5),
    (asked("nguyen", show=Filter.PAID, status=2), lambda n: n % 10 == 1 and n % 4 != 3),
    (asked(agencies=()), lambda n: n > COUNT),
)
"""What is asked, and which lines that one of MINE sees answer it; None: all of them."""


@pytest.mark.parametrize("common", [0, 2_000])
async def test_given_many_dossiers_when_some_are_looked_for_then_exactly_those_are_found_in_order(
    database: Database, monkeypatch: pytest.MonkeyPatch, common: int
) -> None:
    monkeypatch.setattr(lines, "COMMON", common)

    for wanted, belongs in CASES:
        found = await numbers(database, wanted)

        mine = [n for n in range(1, COUNT + 1) if seen(n)]
        assert found == in_order([n for n in mine if belongs is None or belongs(n)]), wanted


async def test_given_another_agency_when_its_staff_search_then_they_find_their_own_only(
    database: Database,
) -> None:
    found = await numbers(database, asked("nguyen", agencies=("H34.22.08",)))

    theirs = [n for n in range(1, COUNT + 1) if n % 4 == 0 or n % 8 != 0]
    assert found == in_order([n for n in theirs if n % 4 != 3])


async def test_given_pages_of_a_list_when_dossiers_arrive_between_them_then_none_is_lost_or_twice(
    database: Database,
) -> None:
    whole = await numbers(database, asked())
    arrives = (
        "INSERT INTO view.board (dossier_code, receiving_agency, submitted_at)"
        " VALUES ('H34.10-261122-9' || CAST(:n AS int), 'H34.10',"
        " CAST(:at AS timestamptz) + CAST(:n AS int) * interval '1h')"
    )
    found: list[int] = []
    after: Place | None = None
    for page in range(COUNT):
        async with database.transaction() as session:
            some = await lines.find_lines(session, asked(limit=3, after=after))
            await session.execute(text(arrives), {"n": page + 100, "at": SENT_AT})
        found += [int(line.dossier_code[-4:]) for line in some[:3]]
        if len(some) <= 3:
            break
        last = some[2]
        assert last.submitted_at is not None
        after = Place(last.submitted_at, last.dossier_code)

    assert found == whole

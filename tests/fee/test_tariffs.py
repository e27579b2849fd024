"""Loading the published list: once, idempotent, never edited; on real PostgreSQL."""

import asyncio
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from fee.domain.tariff import TariffChangedError, TariffFilter, TariffInvalidError
from fee.jobs import REASSESS_WAITING, load_tariffs
from fee.schemas.tariff_lines import read_tariffs
from fee.tables import Base
from fee.use_cases import publishing, tariffs
from shared.contracts.fee import Certainty, FeeAssessed, FeePending, TariffPublished
from shared.db.migrate import differences
from shared.ids import new_id
from shared.jobs import run_due
from tests.conftest import NewDatabase
from tests.fee.facts import hear, publish, received
from tests.fee.tariff_file import TARIFFS_FILE, TODAY, all_tariffs
from tests.support.facts import NOON, a_cause, emitted, facts


async def test_given_the_list_when_loaded_twice_at_once_and_again_then_each_row_is_said_once(
    database_of: NewDatabase,
) -> None:
    database = await database_of("fee")

    await asyncio.gather(*[load_tariffs(database, path=TARIFFS_FILE) for _ in range(2)])
    await load_tariffs(database, path=TARIFFS_FILE)

    published = [event.data for event in await facts(database, TariffPublished)]
    assert [fact.tariff_code for fact in published] == [tariff.code for tariff in all_tariffs()]
    certain = [fact for fact in published if fact.certainty is Certainty.KNOWN]
    assert len(certain) == 45


async def test_given_a_published_row_when_its_last_day_is_set_then_it_is_said_again(
    database_of: NewDatabase,
) -> None:
    database = await database_of("fee")
    row = replace(all_tariffs()[0], valid_to=None)
    ended = replace(row, valid_to=date(2026, 12, 31))

    for version in (row, ended, ended):
        async with database.transaction() as session:
            await publishing.publish_list(session, [version], cause=a_cause(), now=NOON)

    last_days = [event.data.valid_to for event in await facts(database, TariffPublished)]
    assert last_days == [None, date(2026, 12, 31)]


async def test_given_a_published_row_when_its_amount_is_edited_then_it_is_refused(
    database_of: NewDatabase,
) -> None:
    database = await database_of("fee")
    row = all_tariffs()[0]
    async with database.transaction() as session:
        await publishing.publish_list(session, [row], cause=a_cause(), now=NOON)

    edited = [replace(row, amount_vnd=row.amount_vnd + 1)]
    async with database.transaction() as session:
        with pytest.raises(TariffChangedError):
            await publishing.publish_list(session, edited, cause=a_cause(), now=NOON)

    assert await emitted(database) == [TariffPublished.type]


async def test_given_a_published_row_when_its_key_comes_under_another_code_then_it_is_refused(
    database_of: NewDatabase,
) -> None:
    database = await database_of("fee")
    twin = replace(all_tariffs()[0], id=new_id(), code="TF-9999", amount_vnd=1)

    async with database.transaction() as session:
        with pytest.raises(TariffInvalidError):
            await publishing.publish_list(
                session, [all_tariffs()[0], twin], cause=a_cause(), now=NOON
            )


async def test_given_a_dossier_that_waits_when_its_tariff_is_loaded_then_it_is_assessed(
    database_of: NewDatabase,
) -> None:
    database = await database_of("fee")
    await hear(database, received())

    await load_tariffs(database, path=TARIFFS_FILE)
    await load_tariffs(database, path=TARIFFS_FILE)
    await run_due(database, REASSESS_WAITING)

    (pending,) = await facts(database, FeePending)
    (assessed,) = await facts(database, FeeAssessed)
    assert assessed.data.assessment_id == pending.data.assessment_id
    assert assessed.correlationid == pending.correlationid


async def test_given_the_list_when_searched_without_tone_marks_then_pages_follow_each_other(
    database_of: NewDatabase,
) -> None:
    database = await database_of("fee")
    async with database.transaction() as session:
        await publish(session)
        first = await tariffs.list_tariffs(
            session, TariffFilter(limit=10), typed="ho tich sinh", today=TODAY
        )
        wanted = TariffFilter(limit=10, after=first.next_after)
        second = await tariffs.list_tariffs(session, wanted, typed="Hộ tịch SINH", today=TODAY)

    codes = [line.tariff.code for page in (first, second) for line in page.lines]
    expected = [t.code for t in all_tariffs() if t.fee_code == "LP-HOTICH-KHAISINH"]
    assert codes == expected
    assert second.next_after is None
    assert first.counts == {Certainty.KNOWN: 45, Certainty.TO_CONFIRM: 82}


async def test_given_filters_when_listed_then_only_rows_in_force_and_of_that_certainty_are_shown(
    database_of: NewDatabase,
) -> None:
    database = await database_of("fee")
    day = date(2025, 4, 23)
    async with database.transaction() as session:
        await publish(session)
        wanted = TariffFilter(certainty=Certainty.TO_CONFIRM, in_force_on=day, limit=200)
        page = await tariffs.list_tariffs(session, wanted, typed="", today=TODAY)

    expected = [
        tariff.code
        for tariff in all_tariffs()
        if tariff.certainty is Certainty.TO_CONFIRM
        and tariff.valid_from <= day
        and (tariff.valid_to is None or day <= tariff.valid_to)
    ]
    assert [line.tariff.code for line in page.lines] == expected


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("amount_vnd", "-1"),
        ("amount_vnd", "1.5"),
        ("valid_from", "2026-13-01"),
        ("rule", "percent"),
        ("unit", "page"),
        ("to_quantity", "0"),
        ("exemption_reason_code", "MIEN_THEO_LUAT"),
        ("valid_to", "2016-12-31"),
        ("fee_name_vi", ""),
        ("tariff_code", "T-1"),
    ],
)
async def test_given_a_bad_row_when_the_list_is_loaded_then_nothing_of_it_is_published(
    database_of: NewDatabase, tmp_path: Path, column: str, text: str
) -> None:
    database = await database_of("fee")
    header, *_ = TARIFFS_FILE.read_text(encoding="utf-8").splitlines()
    good = "T-1,PHI-A,phi,Phí A,,,,both,,,flat,1,,dossier,1000,2017-01-01,,TT 1/2017,known,"
    cells = good.split(",")
    cells[0] = "T-2"
    cells[header.split(",").index(column)] = text
    bad = ",".join(cells)
    path = tmp_path / "tariffs.csv"
    path.write_text("\n".join([header, good, bad]), encoding="utf-8")

    with pytest.raises(TariffInvalidError):
        await load_tariffs(database, path=path)

    assert await emitted(database) == []
    assert len(read_tariffs(f"{header}\n{good}".encode())) == 1


async def test_given_the_migrations_when_compared_with_the_tables_then_nothing_differs(
    database_of: NewDatabase,
) -> None:
    database = await database_of("fee")

    found = await asyncio.to_thread(differences, database.dsn, "fee", Base.metadata)

    assert found is None

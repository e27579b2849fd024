"""Agencies as data: loading, last days, successors, and whose dossiers their staff see."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from dossier import jobs
from dossier.adapters.files.tables import BadDataFileError, read_agencies
from dossier.domain.agency import Agency, in_force
from dossier.repository import dossiers
from dossier.use_cases import look
from shared.clock import utc_now
from shared.contracts.dossier import AgencyPublished, DossierChanged, DossierReceived
from shared.contracts.parts import Payee
from shared.days import vietnam_day
from shared.db.database import Database
from tests.conftest import NewDatabase
from tests.dossier.builders import CODE, hear_dossier
from tests.support.facts import emitted, facts

TODAY = vietnam_day(utc_now())
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
HEADER = (
    "agency_code,name,parent_code,tax_code,address,phone,territory_code,account_ref,account_bin,"
    "account_number,account_holder,account_treasury,valid_from,valid_to,succeeded_by"
)
OLD, NEW, NEWEST = "H34.70", "H48.70", "H48.80"
LATER = ("2026-11-22T09:00:00+07:00", "2026-11-22T10:00:00+07:00", "2026-11-22T11:00:00+07:00")


def line(code: str, ends: date | None = None, successor: str = "", *, tax: str = "") -> str:
    """Return a line of agencies.csv; the tax code ends in the number of the agency."""
    tax_code = tax or f"61012345{code[-2:]}"
    return (
        f"{code},Cơ quan {code},,{tax_code},Số 1 Trần Phú,0260 3797 000,{code[:3]},TK-{code},"
        f"970415,1130000{code[-2:]},CO QUAN,no,2025-07-01,{ends or ''},{successor}"
    )


@pytest.fixture
async def database(database_of: NewDatabase) -> Database:
    return await database_of("dossier")


async def publish(database: Database, folder: Path, *lines: str) -> None:
    file = folder / "agencies.csv"
    file.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    await jobs.publish_files(database, agencies_file=file, procedures_file=None)


async def hear(database: Database, number: int, **changes: object) -> str:
    """Let dossier hear a dossier that the old agency received and collects for."""
    code = f"{OLD}-261122-{number:04}"
    old = {"Ma": OLD, "Ten": "Cơ quan cũ"}
    agencies = {"CoQuanTiepNhan": old, "CoQuanGiaiQuyet": old, "DonViThu": old}
    await hear_dossier(database, MaHoSo=code, **{**agencies, **changes})
    return code


async def payee_of(database: Database, code: str) -> Payee | None:
    async with database.transaction() as session:
        row = await dossiers.find_dossier(session, code)
    assert row is not None
    return None if row.payee is None else Payee.model_validate(row.payee)


async def collector_of(database: Database, code: str) -> str | None:
    payee = await payee_of(database, code)
    return None if payee is None else payee.agency_code


async def seen_by(database: Database, code: str, *, on: date = TODAY) -> Sequence[str]:
    now = utc_now() + (on - TODAY)
    async with database.transaction() as session:
        return await look.agencies_of(session, code, now=now)


@pytest.mark.parametrize(
    ("ends", "collector"),
    [(None, OLD), (TOMORROW, OLD), (TODAY, OLD), (YESTERDAY, NEWEST)],
)
async def test_given_a_merger_when_a_new_dossier_comes_then_its_last_day_decides_who_collects(
    database: Database, tmp_path: Path, ends: date | None, collector: str
) -> None:
    successor = NEW if ends else ""
    await publish(
        database, tmp_path,
        line(OLD, ends, successor), line(NEW, YESTERDAY, NEWEST), line(NEWEST),
    )  # fmt: skip

    code = await hear(database, 1)

    received = (await facts(database, DossierReceived))[0].data
    assert await collector_of(database, code) == collector
    assert received.payee is not None
    assert received.payee.account.ref == f"TK-{collector}"
    assert received.territory_code == "H34"  # Its tariff goes on where it was.
    assert received.receiving_agency == OLD


async def test_given_a_known_dossier_when_its_agency_is_merged_then_its_payee_stays(
    database: Database, tmp_path: Path
) -> None:
    await publish(database, tmp_path, line(OLD), line(NEW))
    code = await hear(database, 1)
    before = await payee_of(database, code)

    await publish(database, tmp_path, line(OLD, YESTERDAY, NEW), line(NEW))
    await hear(database, 1, NgayCapNhat=LATER[0], TrangThaiHoSo="4")

    assert await payee_of(database, code) == before
    changes = await facts(database, DossierChanged)
    assert [change.data.payee for change in changes] == [None]
    assert await collector_of(database, await hear(database, 2)) == NEW


async def test_given_a_dossier_when_it_comes_back_after_a_merger_then_the_new_agency_collects(
    database: Database, tmp_path: Path
) -> None:
    await publish(database, tmp_path, line(OLD), line(NEW))
    code = await hear(database, 1)
    await hear(database, 1, NgayCapNhat=LATER[0], TrangThaiHoSo="8")
    await publish(database, tmp_path, line(OLD, YESTERDAY, NEW), line(NEW))
    await hear(database, 1, NgayCapNhat=LATER[1], TrangThaiHoSo="7")
    assert await collector_of(database, code) == OLD

    await hear(database, 1, NgayCapNhat=LATER[2], TrangThaiHoSo="4")

    assert await collector_of(database, code) == NEW
    said = [each.data.payee for each in await facts(database, DossierChanged) if each.data.payee]
    assert [payee.agency_code for payee in said] == [NEW]


async def test_given_the_province_names_another_collector_when_it_does_then_the_payee_follows(
    database: Database, tmp_path: Path
) -> None:
    await publish(database, tmp_path, line(OLD), line(NEW))
    code = await hear(database, 1)

    await hear(database, 1, NgayCapNhat=LATER[0], DonViThu={"Ma": NEW, "Ten": "Cơ quan mới"})

    assert await collector_of(database, code) == NEW


async def test_given_an_ended_agency_without_successor_when_one_is_published_then_it_collects(
    database: Database, tmp_path: Path
) -> None:
    await publish(database, tmp_path, line(OLD, YESTERDAY), line(NEW))
    code = await hear(database, 1)
    assert await payee_of(database, code) is None

    for _ in range(2):
        await publish(database, tmp_path, line(OLD, YESTERDAY, NEW), line(NEW))

    assert await collector_of(database, code) == NEW
    assert len(await facts(database, DossierChanged)) == 1


async def test_given_an_incomplete_successor_when_a_dossier_comes_then_nobody_is_guessed(
    database: Database, tmp_path: Path
) -> None:
    incomplete = f"{NEW},Cơ quan mới,,,,,,,,,,,2025-07-01,,"
    await publish(database, tmp_path, line(OLD, YESTERDAY, NEW), incomplete)

    assert await payee_of(database, await hear(database, 1)) is None


async def test_given_the_same_file_when_many_workers_load_it_then_each_agency_is_said_once(
    database: Database, tmp_path: Path
) -> None:
    lines = (line(OLD, YESTERDAY, NEW), line(NEW))

    await asyncio.gather(*[publish(database, tmp_path, *lines) for _ in range(8)])

    assert await emitted(database) == [AgencyPublished.type] * 2
    said = {each.data.agency_code: each.data for each in await facts(database, AgencyPublished)}
    assert (said[OLD].valid_to, said[OLD].succeeded_by) == (YESTERDAY, NEW)


async def test_given_a_merger_when_its_day_has_come_then_staff_of_the_successor_see_the_old_ones(
    database: Database, tmp_path: Path
) -> None:
    below = line("H34.70.01", YESTERDAY, "").replace("H34.70.01,,", f"H34.70.01,{OLD},", 1)
    await publish(database, tmp_path, line(OLD, TODAY, NEW), line(NEW), below)
    code = await hear(database, 1)

    today, tomorrow = await seen_by(database, NEW), await seen_by(database, NEW, on=TOMORROW)

    assert list(today) == [NEW]
    assert set(tomorrow) == {OLD, NEW, "H34.70.01"}
    assert set(await seen_by(database, OLD, on=TOMORROW)) == {OLD, "H34.70.01"}
    async with database.transaction() as session:
        found = await look.show_dossier(session, code, visible=tomorrow)
    assert found.dossier.dossier_code == code


@pytest.mark.parametrize(
    "bad",
    [
        line(OLD, None, NEW),
        line(OLD, YESTERDAY, OLD),
        line(OLD, date(2025, 6, 30), NEW),
        line(OLD).replace("2025-07-01", "1/7/2025"),
        line(OLD).replace("970415", "97041"),
        line(OLD).replace(",no,", ",có,"),
        line(OLD).replace("H34.70,Cơ", "h34 70,Cơ"),
        "h34,Cơ quan,,,,,,,,,,,2025-07-01,,",
        line(OLD, tax="61"),
    ],
)
async def test_given_a_bad_line_when_agencies_are_loaded_then_its_number_is_told_and_none_is_stored(
    database: Database, tmp_path: Path, bad: str
) -> None:
    with pytest.raises(BadDataFileError, match="agencies, line 3"):
        await publish(database, tmp_path, line(NEW), bad)

    assert await emitted(database) == []


def an_agency(code: str, ends: date | None, successor: str | None) -> Agency:
    (agency,) = read_agencies("\n".join([HEADER, line(code)]))
    return replace(agency, valid_to=ends, succeeded_by=successor)


@pytest.mark.parametrize(
    ("agencies", "found"),
    [
        ([an_agency(OLD, YESTERDAY, NEW)], None),
        ([an_agency(OLD, YESTERDAY, NEW), an_agency(NEW, YESTERDAY, OLD)], None),
        ([an_agency(OLD, YESTERDAY, OLD)], None),
        ([an_agency(OLD, YESTERDAY, None)], None),
        ([an_agency(NEW, None, None)], None),
        ([an_agency(OLD, YESTERDAY, NEW), an_agency(NEW, TODAY, OLD)], NEW),
    ],
)
def test_given_successors_when_they_are_followed_then_a_circle_or_a_gap_finds_nobody(
    agencies: Sequence[Agency], found: str | None
) -> None:
    known = {agency.agency_code: agency for agency in agencies}

    agency = in_force(OLD, known, today=TODAY)

    assert (None if agency is None else agency.agency_code) == found
    assert in_force(None, known, today=TODAY) is None
    assert CODE not in known

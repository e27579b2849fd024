"""Who collects for a dossier: known, completed later, changed since; a prefix says nothing."""

from pathlib import Path

import pytest

from dossier.repository import dossiers
from shared.contracts.dossier import (
    AgencyPublished,
    DossierChanged,
    DossierReceived,
)
from shared.db.database import Database
from tests.conftest import NewDatabase
from tests.dossier.builders import CODE, hear_dossier
from tests.dossier.receiving import DATA, LATER, PARTY, RECEIVED, publish, row_of, said
from tests.support.facts import facts


@pytest.fixture
async def database(database_of: NewDatabase) -> Database:
    """A database in which the agencies and procedures of the demonstration are published."""
    made = await database_of("dossier")
    await publish(made, DATA / "agencies.csv")
    return made


async def test_given_a_known_agency_when_a_dossier_comes_then_it_is_said_with_its_payee(
    database: Database,
) -> None:
    await hear_dossier(database)

    assert await said(database) == [RECEIVED, PARTY]
    received = (await facts(database, DossierReceived))[0]
    assert received.agency == "H34.10"
    assert received.data.payee is not None
    assert received.data.payee.tax_code == "6101234567"
    assert received.data.territory_code == "H34"


async def test_given_an_unknown_collector_when_it_is_completed_then_the_payee_is_said_once(
    database: Database, tmp_path: Path
) -> None:
    await hear_dossier(database, DonViThu={"Ma": "H34.99", "Ten": "Đội thu mới"})
    assert (await facts(database, DossierReceived))[0].data.payee is None
    lines = (DATA / "agencies.csv").read_text(encoding="utf-8")
    file = tmp_path / "agencies.csv"
    new = "H34.99,Đội thu mới,,,,,,,,,,,2026-01-01,,\n"
    file.write_text(lines + new, encoding="utf-8")
    await publish(database, file)
    assert await said(database) == [RECEIVED, PARTY]

    new = (
        "H34.99,Đội thu mới,,6101234999,Số 1 Trần Phú,0260 3797 000,H34,TK-1,970415,11300,"
        "DOI THU MOI,no,2026-01-01,,\n"
    )
    file.write_text(lines + new, encoding="utf-8")
    await publish(database, file)
    await publish(database, file)

    changes = await facts(database, DossierChanged)
    assert [change.data.payee.tax_code for change in changes if change.data.payee] == ["6101234999"]
    assert len(changes) == 1
    published = [each.data.agency_code for each in await facts(database, AgencyPublished)]
    assert published == ["H34.10", "H34.22.08", "H48.05", "H34.99"]


async def test_given_a_payee_when_its_agency_changes_then_the_dossier_keeps_the_old_one(
    database: Database, tmp_path: Path
) -> None:
    await hear_dossier(database)
    lines = (DATA / "agencies.csv").read_text(encoding="utf-8")
    file = tmp_path / "agencies.csv"
    file.write_text(lines.replace("113000012345", "113000099999"), encoding="utf-8")
    await publish(database, file)
    await hear_dossier(database, NgayCapNhat=LATER, TrangThaiHoSo="4")

    payee = (await row_of(database)).payee
    assert payee is not None
    assert payee["account"]["number"] == "113000012345"


@pytest.mark.parametrize(
    "code", ["H48.05-261122-0007", "000.00.53.H48-261122-0099", "G17.10-261122-1800123"]
)
async def test_given_another_prefix_when_the_same_dossier_comes_then_nothing_but_the_code_differs(
    database: Database, code: str
) -> None:
    await hear_dossier(database)
    await hear_dossier(database, MaHoSo=code)

    ours, theirs = (each.data for each in await facts(database, DossierReceived))
    own = {"dossier_code", "dossier_id"}
    assert theirs.dossier_code == code
    assert theirs.model_dump(exclude=own) == ours.model_dump(exclude=own)
    assert (theirs.territory_code, theirs.receiving_agency) == ("H34", "H34.10")
    assert theirs.payee == ours.payee
    async with database.transaction() as session:
        for each in (CODE, code):
            assert await dossiers.find_dossier(session, each) is not None

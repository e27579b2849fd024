"""Dossiers at the door: first heard of, changed, repeated, out of order, refused."""

import asyncio
import json

import pytest
from sqlalchemy import select

from dossier import handlers
from dossier.adapters.province.facts import BiTuChoi
from dossier.domain.dossier import State
from dossier.tables import PartyRow
from shared import parked
from shared.contracts.dossier import (
    DossierChanged,
    DossierClosed,
    DossierField,
    DossierReceived,
    DossierReinstated,
    DossierWithdrawn,
    PartnerFactSent,
)
from shared.contracts.messaging import MessageParked
from shared.contracts.parts import PaymentTiming
from shared.contracts.party import PartyStated
from shared.db.database import Database
from shared.db.tables import OutboxRow
from tests.conftest import NewDatabase
from tests.dossier.builders import CODE, a_body, a_fee, a_message, a_person, hear, hear_dossier
from tests.dossier.receiving import DATA, EARLIER, LATER, PARTY, RECEIVED, publish, row_of, said
from tests.support.facts import facts


@pytest.fixture
async def database(database_of: NewDatabase) -> Database:
    """A database in which the agencies and procedures of the demonstration are published."""
    made = await database_of("dossier")
    await publish(made, DATA / "agencies.csv")
    return made


async def test_given_no_name_and_no_timing_when_it_comes_then_the_procedure_gives_them(
    database: Database,
) -> None:
    await hear_dossier(database, MaTTHC="1.001193", TenTTHC=None, HinhThucThu=None)

    received = (await facts(database, DossierReceived))[0].data
    assert received.context.procedure_name == "Đăng ký khai sinh"
    assert received.payment_timing is PaymentTiming.BEFORE


async def test_given_a_dossier_when_the_same_comes_again_then_nothing_is_said(
    database: Database,
) -> None:
    await hear_dossier(database)
    await hear_dossier(database)
    await hear_dossier(database, NgayCapNhat=LATER)

    assert await said(database) == [RECEIVED, PARTY]


async def test_given_a_dossier_when_some_fields_change_then_only_they_are_said(
    database: Database,
) -> None:
    await hear_dossier(database)
    fees = [a_fee(SoTrang=10)]
    await hear_dossier(database, NgayCapNhat=LATER, DanhSachLePhi=fees, NgayHenTra=None)

    change = (await facts(database, DossierChanged))[0].data
    assert change.fee_lines is not None
    assert change.fee_lines[0].quantities.pages == 10
    assert change.cleared == (DossierField.DUE_AT,)
    present = change.model_dump(exclude_none=True)
    assert set(present) == {"dossier_code", "dossier_id", "fee_lines", "cleared"}


async def test_given_a_newer_version_when_an_older_one_comes_then_nothing_is_undone(
    database: Database,
) -> None:
    await hear_dossier(database, NgayCapNhat=LATER, TrangThaiHoSo="4")
    await hear_dossier(
        database, NgayCapNhat=EARLIER, TrangThaiHoSo="2", ChuHoSo=a_person("Lê Văn Cũ")
    )

    assert (await row_of(database)).status == 4
    assert await said(database) == [RECEIVED, PARTY]


async def test_given_two_versions_of_one_instant_when_both_come_then_the_later_message_wins(
    database: Database,
) -> None:
    await hear_dossier(database, TrangThaiHoSo="2")
    await hear_dossier(database, TrangThaiHoSo="4")

    assert (await row_of(database)).status == 4


async def test_given_a_living_dossier_when_it_is_withdrawn_and_back_then_both_are_said(
    database: Database,
) -> None:
    for status in ("3", "7", "8"):
        code = f"H34.10-261122-000{status}"
        await hear_dossier(database, MaHoSo=code)
        await hear_dossier(database, MaHoSo=code, NgayCapNhat=LATER, TrangThaiHoSo=status)
        await hear_dossier(
            database, MaHoSo=code, NgayCapNhat="2026-11-22T10:00:00+07:00", TrangThaiHoSo="4"
        )

        steps = [RECEIVED, PARTY, DossierWithdrawn.type, DossierReinstated.type]
        assert (await said(database))[-4:] == steps
        assert (await row_of(database, code)).state is State.LIVING


async def test_given_a_dossier_first_heard_of_as_refused_when_it_comes_then_it_is_withdrawn(
    database: Database,
) -> None:
    await hear_dossier(database, TrangThaiHoSo="3")

    assert await said(database) == [RECEIVED, DossierWithdrawn.type, PARTY]


async def test_given_a_closed_dossier_when_it_goes_back_to_work_then_it_is_refused(
    database: Database,
) -> None:
    await hear_dossier(database)
    await hear_dossier(database, NgayCapNhat=LATER, TrangThaiHoSo="10")
    await hear_dossier(database, NgayCapNhat="2026-11-23T10:00:00+07:00", TrangThaiHoSo="4")

    assert (await row_of(database)).state is State.CLOSED
    assert (await said(database))[2:] == [
        DossierClosed.type, MessageParked.type, BiTuChoi.type, PartnerFactSent.type,
    ]  # fmt: skip
    refusal = (await facts(database, BiTuChoi))[0].data
    assert refusal.LyDo == "dossier-closed:TrangThaiHoSo"


async def test_given_a_bad_message_when_it_comes_then_it_is_parked_and_answered_and_others_go_on(
    database: Database,
) -> None:
    bad = a_body(NgayNop="2026-02-30T08:00:00+07:00", ChuHoSo=a_person("Trần Thị Bí Mật"))
    await hear(database, a_message(bad), a_message(MaHoSo="H34.10-261122-0008"), a_message())

    refusal = (await facts(database, BiTuChoi))[0]
    assert refusal.data.model_dump() == {
        "MaHoSo": CODE, "id": "tinh-1", "LyDo": "impossible-date:NgayNop",
    }  # fmt: skip
    assert refusal.subject == CODE
    sent = (await facts(database, PartnerFactSent))[0].data
    assert sent.fact_id == refusal.id
    assert [event.data.reason_code for event in await facts(database, MessageParked)] == [
        "impossible-date"
    ]
    assert len(await facts(database, DossierReceived)) == 2
    async with database.transaction() as session:
        waiting = await parked.list_parked(session)
        assert await parked.blocked_keys(session, handlers.CONSUMER) == set()
        body = parked.open_body(session, waiting[0])
    assert [(row.reason_code, row.detail) for row in waiting] == [
        ("impossible-date", "impossible-date:NgayNop")
    ]
    assert json.loads(body or b"")["data"]["ChuHoSo"]["HoTen"] == "Trần Thị Bí Mật"


async def test_given_a_parked_message_when_it_is_tried_again_then_it_stays_parked(
    database: Database,
) -> None:
    message = a_message(MaHoSo="không có số")
    await hear(database, message)

    with pytest.raises(handlers.StillRefusedError):
        await hear(database, message)

    assert len(await facts(database, BiTuChoi)) == 1
    assert (await facts(database, BiTuChoi))[0].subject == "unknown"


async def test_given_twenty_tellings_at_once_when_they_meet_then_it_is_received_once(
    database: Database,
) -> None:
    await asyncio.gather(*[hear_dossier(database) for _ in range(20)])

    assert await said(database) == [RECEIVED, PARTY]


async def test_given_a_dossier_when_only_its_people_change_then_only_they_are_said(
    database: Database,
) -> None:
    await hear_dossier(database)
    await hear_dossier(database, NgayCapNhat=LATER, NguoiNop=a_person("Phạm Thị Hoa"))

    assert await said(database) == [RECEIVED, PARTY, PARTY]
    assert (await facts(database, PartyStated))[1].data.payer.name == "Phạm Thị Hoa"
    async with database.transaction() as session:
        assert len((await session.scalars(select(PartyRow))).all()) == 1


async def test_given_a_poll_of_many_versions_when_it_is_taken_then_each_has_its_turn(
    database: Database,
) -> None:
    other, last = "H34.10-261122-0008", "2026-11-22T10:00:00+07:00"
    await hear(
        database,
        a_message(),
        a_message(MaHoSo=other),
        a_message(NgayCapNhat=LATER, TrangThaiHoSo="3"),
        a_message(NgayCapNhat=EARLIER, TrangThaiHoSo="10"),
        a_message(b"not json"),
        a_message(NgayCapNhat=last, TrangThaiHoSo="4", ChuHoSo=a_person("Trần Văn Khác")),
        a_message(MaHoSo=other, NgayCapNhat=LATER, TrangThaiHoSo="10"),
        a_message(MaHoSo=other, NgayCapNhat=last, TrangThaiHoSo="4"),
    )

    async with database.transaction() as session:
        rows = await session.execute(
            select(OutboxRow.aggregateid, OutboxRow.type).order_by(OutboxRow.position)
        )
        said = [(code, kind) for code, kind in rows]
        waiting = await parked.list_parked(session)
    assert [kind for code, kind in said if code == CODE] == [
        RECEIVED, PARTY, DossierWithdrawn.type, DossierReinstated.type, PARTY,
    ]  # fmt: skip
    assert [kind for code, kind in said if code == other][:3] == [
        RECEIVED, PARTY, DossierClosed.type,
    ]  # fmt: skip
    assert sorted(row.reason_code for row in waiting) == ["dossier-closed", "not-json"]
    assert (await row_of(database)).status == 4
    assert (await row_of(database, other)).state is State.CLOSED

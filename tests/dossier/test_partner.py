"""What the province is told, once per cause, and what its answers do."""

import json
from uuid import UUID

import pytest
from sqlalchemy import select

from dossier import handlers
from dossier.adapters.province.facts import BienLai, DaThu, MienThu, PhaiThu
from dossier.domain.partner import FactState, ReceiptUnknownError
from dossier.tables import PartnerFactRow
from shared import parked
from shared.contracts.dossier import PartnerAnswer, PartnerFactAcknowledged, PartnerFactSent
from shared.contracts.envelope import Envelope, Event
from shared.contracts.payment import PaymentRequested
from shared.db.database import Database
from shared.db.tables import OutboxRow
from shared.ids import new_id
from shared.subscriptions import Message
from tests.conftest import NewDatabase
from tests.dossier.builders import (
    CODE,
    a_file,
    a_line,
    a_receipt,
    a_request,
    a_settlement,
    an_exemption,
    answer,
    hear_dossier,
)
from tests.support.facts import an_envelope, emitted, facts

SUBSCRIPTIONS = handlers.subscriptions("http://lephi.test")


@pytest.fixture
async def database(database_of: NewDatabase) -> Database:
    """A database that knows one dossier."""
    made = await database_of("dossier")
    await hear_dossier(made)
    return made


async def tell(database: Database, *events: Envelope[Event] | Envelope[PaymentRequested]) -> None:
    """Let dossier hear facts of other services, each in a transaction of its own."""
    by_type = {each.event_type: each for each in SUBSCRIPTIONS}
    for event in events:
        message = Message(
            topic="lephi.payment", partition=0, offset=0, key=event.subject,
            value=event.model_dump_json(exclude_none=True).encode(), headers={},
            timestamp=event.time,
        )  # fmt: skip
        async with database.transaction() as session:
            await by_type[event.type].handle(session, [message])


async def payload_of(database: Database, fact_type: str) -> dict[str, object]:
    async with database.transaction() as session:
        statement = select(OutboxRow.payload).where(OutboxRow.type == fact_type)
        payload = await session.scalar(statement)
    data: dict[str, object] = json.loads(payload or "")["data"]
    return data


async def test_given_a_payable_when_it_opens_then_the_province_hears_the_amount_and_the_law(
    database: Database,
) -> None:
    await tell(database, an_envelope(a_request(a_line())))

    due = (await facts(database, PhaiThu))[0]
    assert due.subject == CODE
    assert await payload_of(database, PhaiThu.type) == {
        "MaHoSo": CODE,
        "SoTien": 62_000,
        "DanhSachLePhi": [
            {
                "MaPhiLePhi": "PHI-CHUNGTHUC-BS",
                "TenPhiLePhi": "Phí chứng thực bản sao từ bản chính",
                "LoaiPhiLePhi": "phi",
                "SoBan": 1,
                "SoTrang": 60,
                "SoTien": 62_000,
                "CanCu": "TT 226/2016/TT-BTC Điều 4",
            }
        ],
        "LienKetThanhToan": f"http://lephi.test/thanh-toan/{CODE}",
    }
    sent = (await facts(database, PartnerFactSent))[0].data
    assert (sent.fact_id, sent.amount_vnd) == (due.id, 62_000)


async def test_given_a_fact_when_it_is_heard_twice_then_the_province_hears_it_once(
    database: Database,
) -> None:
    event = an_envelope(a_request(a_line()))
    await tell(database, event, event)

    assert (await emitted(database)).count(PhaiThu.type) == 1


async def test_given_a_payment_and_its_receipt_when_they_come_then_both_are_told(
    database: Database,
) -> None:
    paid = a_settlement(a_request(a_line()))
    receipt = a_receipt(paid)
    await tell(database, an_envelope(paid), an_envelope(receipt), an_envelope(a_file(receipt)))

    assert await payload_of(database, DaThu.type) == {
        "MaHoSo": CODE,
        "SoTien": 62_000,
        "KenhThanhToan": "npsp",
        "MaGiaoDich": "FT26326001",
        "ThoiGianThanhToan": "2026-11-22T01:12:00Z",
    }
    assert await payload_of(database, BienLai.type) == {
        "MaHoSo": CODE,
        "MauSo": "EBL01",
        "KyHieu": "26TAA",
        "So": 1024,
        "NgayLap": "2026-11-22T01:12:00Z",
        "SoTien": 62_000,
        "LienKet": "http://bienlai.lephi.test/xac-minh/6101234567/EBL01/26TAA/1024",
        "SHA256": "b" * 64,
    }


async def test_given_a_file_when_its_receipt_was_not_heard_then_it_waits(
    database: Database,
) -> None:
    receipt = a_receipt(a_settlement(a_request(a_line())))

    with pytest.raises(ReceiptUnknownError):
        await tell(database, an_envelope(a_file(receipt)))


async def test_given_an_exempt_dossier_when_it_is_told_then_reason_and_law_are_named(
    database: Database,
) -> None:
    await tell(database, an_envelope(an_exemption()))

    assert await payload_of(database, MienThu.type) == {
        "MaHoSo": CODE, "LyDo": "KHONG_THU", "CanCu": "TT 226/2016/TT-BTC Điều 4",
    }  # fmt: skip


async def sent_fact(database: Database) -> UUID:
    await tell(database, an_envelope(a_request(a_line())))
    return (await facts(database, PartnerFactSent))[0].data.fact_id


async def state_of(database: Database, fact_id: UUID) -> FactState:
    async with database.transaction() as session:
        row = await session.get(PartnerFactRow, fact_id)
    assert row is not None
    return row.state


async def test_given_a_sent_fact_when_it_is_acknowledged_twice_then_it_is_said_once(
    database: Database,
) -> None:
    fact_id = await sent_fact(database)
    for _ in range(2):
        async with database.transaction() as session:
            await answer(session, fact_id, "ok")

    said = await facts(database, PartnerFactAcknowledged)
    assert [(each.data.result, each.agency) for each in said] == [(PartnerAnswer.OK, "H34.10")]
    assert await state_of(database, fact_id) is FactState.ACKNOWLEDGED


async def test_given_a_refusal_in_words_when_it_comes_then_the_words_stay_here(
    database: Database,
) -> None:
    fact_id = await sent_fact(database)
    async with database.transaction() as session:
        await answer(session, fact_id, "loi", LyDo="Ông Đức chưa có trong hệ thống")
        await answer(session, fact_id, "ok")
        await answer(session, fact_id, "loi", LyDo="TRE")

    said = [each.data.reason_code for each in await facts(database, PartnerFactAcknowledged)]
    assert said == ["other", None]
    assert await state_of(database, fact_id) is FactState.ACKNOWLEDGED


@pytest.mark.parametrize(
    ("fact_id", "reason"), [(str(new_id()), "fact-unknown"), ("x", "code-invalid")]
)
async def test_given_an_answer_that_matches_nothing_when_it_comes_then_it_is_parked(
    database: Database, fact_id: str, reason: str
) -> None:
    async with database.transaction() as session:
        await answer(session, fact_id, "ok")

    async with database.transaction() as session:
        waiting = await parked.list_parked(session)
    assert [row.reason_code for row in waiting] == [reason]

"""What the province is told, once per cause, and what its answers do."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from dossier import handlers
from dossier.adapters.province.facts import (
    BienLai,
    BienLaiThayThe,
    DaThu,
    HoanTra,
    MienThu,
    PhaiThu,
)
from dossier.domain.partner import FactState, ReceiptUnknownError
from dossier.jobs import mark_overdue
from dossier.tables import PartnerFactRow
from dossier.use_cases import waiting
from shared import parked
from shared.clock import utc_now
from shared.contracts.dossier import (
    LateLevel,
    PartnerAnswer,
    PartnerFactAcknowledged,
    PartnerFactLate,
    PartnerFactSent,
)
from shared.contracts.money import RefundReason, RefundSettled
from shared.contracts.receipt import ReceiptReplaced
from shared.db.database import Database
from shared.db.tables import OutboxRow
from shared.ids import new_id
from tests.conftest import NewDatabase
from tests.contracts.examples import example_of
from tests.dossier.builders import (
    CODE,
    a_file,
    a_line,
    a_receipt,
    a_request,
    a_settlement,
    an_answer,
    an_exemption,
    answer,
    hear_dossier,
    tell,
)
from tests.support.facts import an_envelope, emitted, facts


@pytest.fixture
async def database(database_of: NewDatabase) -> Database:
    """A database that knows one dossier."""
    made = await database_of("dossier")
    await hear_dossier(made)
    return made


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
    ("fact_id", "reason"),
    [("0192f3c4-7c1e-7cc2-9a54-0f2a9b1c7d14", "fact-unknown"), ("x", "code-invalid")],
)
async def test_given_an_answer_that_matches_nothing_when_it_comes_then_it_is_parked(
    database: Database, fact_id: str, reason: str
) -> None:
    async with database.transaction() as session:
        await answer(session, fact_id, "ok")

    async with database.transaction() as session:
        waiting = await parked.list_parked(session)
    assert [row.reason_code for row in waiting] == [reason]


async def as_if_sent(database: Database, fact_id: UUID, ago: timedelta) -> None:
    """Let a fact be as old as if it had been sent ``ago``."""
    async with database.transaction() as session:
        await session.execute(
            update(PartnerFactRow)
            .where(PartnerFactRow.id == fact_id)
            .values(
                sent_at=PartnerFactRow.sent_at - ago,
                last_sent_at=PartnerFactRow.last_sent_at - ago,
                due_at=PartnerFactRow.due_at - ago,
            )
        )


async def test_given_silence_when_time_passes_then_each_level_is_said_once(
    database: Database,
) -> None:
    fact_id = await sent_fact(database)

    await as_if_sent(database, fact_id, timedelta(minutes=14, seconds=50))
    assert not await mark_overdue(database, None)
    await as_if_sent(database, fact_id, timedelta(seconds=10))
    assert await mark_overdue(database, None)
    assert not await mark_overdue(database, None)
    assert await state_of(database, fact_id) is FactState.LATE
    await as_if_sent(database, fact_id, timedelta(hours=23, minutes=45))
    assert await mark_overdue(database, None)
    assert not await mark_overdue(database, None)

    said = await facts(database, PartnerFactLate)
    assert [(each.data.fact_id, each.data.level) for each in said] == [
        (fact_id, LateLevel.LATE), (fact_id, LateLevel.ESCALATED),
    ]  # fmt: skip
    assert await state_of(database, fact_id) is FactState.ESCALATED


async def told_at_the_desk(database: Database, agency_code: str) -> int | None:
    """Return how many facts of an agency its desk says the province has not answered."""
    async with database.transaction() as session:
        found = await waiting.waits(session, [agency_code], now=utc_now())
    return None if found.province is None else found.province.count


@pytest.mark.parametrize("result", ["ok", "loi"])
async def test_given_a_late_fact_when_it_is_answered_after_all_then_that_counts(
    database: Database, result: str
) -> None:
    fact_id = await sent_fact(database)
    await as_if_sent(database, fact_id, timedelta(minutes=16))
    await mark_overdue(database, None)
    assert await told_at_the_desk(database, "H34.10") == 1
    assert await told_at_the_desk(database, "H34.22.08") is None

    async with database.transaction() as session:
        await answer(session, fact_id, result, LyDo="HO_SO_KHONG_CO")

    said = (await facts(database, PartnerFactAcknowledged))[0].data
    assert (said.result, said.reason_code) == (
        PartnerAnswer(result), "HO_SO_KHONG_CO" if result == "loi" else None,
    )  # fmt: skip
    await as_if_sent(database, fact_id, timedelta(days=2))
    assert not await mark_overdue(database, None)


async def test_given_a_replaced_receipt_when_it_is_told_then_old_and_new_are_named(
    database: Database,
) -> None:
    paid = a_settlement(a_request(a_line()))
    old, new = a_receipt(paid), a_receipt(paid, number=1025)
    replaced = example_of(ReceiptReplaced).model_copy(
        update={
            "dossier_code": CODE, "receipt_id": old.receipt_id, "replaced_by": new.receipt_id,
        }
    )  # fmt: skip
    await tell(database, an_envelope(old), an_envelope(new), an_envelope(replaced))

    assert await payload_of(database, BienLaiThayThe.type) == {
        "MaHoSo": CODE,
        "BienLaiCu": {"MauSo": "EBL01", "KyHieu": "26TAA", "So": 1024},
        "BienLaiMoi": {
            "MauSo": "EBL01",
            "KyHieu": "26TAA",
            "So": 1025,
            "NgayLap": "2026-11-22T01:12:00Z",
            "SoTien": 62_000,
            "LienKet": "http://bienlai.lephi.test/xac-minh/6101234567/EBL01/26TAA/1024",
        },
    }


@pytest.mark.parametrize(("code", "told"), [(CODE, 1), (None, 0)])
async def test_given_a_refund_when_it_is_settled_then_the_dossiers_province_hears_it(
    database: Database, code: str | None, told: int
) -> None:
    refund = example_of(RefundSettled).model_copy(
        update={"dossier_code": code, "amount_vnd": 62_000, "reason_code": RefundReason.WITHDRAWN}
    )

    await tell(database, an_envelope(refund))

    said = [each.data for each in await facts(database, HoanTra)]
    assert said == [HoanTra(MaHoSo=CODE, SoTien=62_000, LyDo="withdrawn")] * told


async def test_given_a_poll_of_answers_when_they_come_then_the_unknown_one_alone_is_parked(
    database: Database,
) -> None:
    fact_id = await sent_fact(database)
    messages = [an_answer(fact_id, "loi"), an_answer(new_id(), "ok"), an_answer(fact_id, "ok")]

    async with database.transaction() as session:
        await handlers.hear_answers(session, messages)

    said = [each.data.result for each in await facts(database, PartnerFactAcknowledged)]
    assert said == [PartnerAnswer.ERROR, PartnerAnswer.OK]
    async with database.transaction() as session:
        assert [row.reason_code for row in await parked.list_parked(session)] == ["fact-unknown"]

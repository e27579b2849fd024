"""What the province is told, once per cause."""

import pytest

from dossier.adapters.province.facts import (
    BienLai,
    BienLaiThayThe,
    DaThu,
    HoanTra,
    MienThu,
    PhaiThu,
)
from dossier.domain.partner import ReceiptUnknownError
from shared.contracts.dossier import (
    PartnerFactSent,
)
from shared.contracts.money import RefundReason, RefundSettled
from shared.contracts.receipt import ReceiptReplaced
from shared.db.database import Database
from tests.conftest import NewDatabase
from tests.contracts.examples import example_of
from tests.dossier.builders import (
    CODE,
    a_file,
    a_line,
    a_receipt,
    a_request,
    a_settlement,
    an_exemption,
    hear_dossier,
    tell,
)
from tests.dossier.partner_facts import payload_of
from tests.support.facts import an_envelope, emitted, facts


@pytest.fixture
async def database(database_of: NewDatabase) -> Database:
    """A database that knows one dossier."""
    made = await database_of("dossier")
    await hear_dossier(made)
    return made


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

"""Fees, payables and the platform's messages; each test names what matters to it."""

import hashlib
from typing import Any, Final

from payment_gateway import handlers
from payment_gateway.domain.attempts import Attempt
from payment_gateway.domain.payables import Payable
from payment_gateway.use_cases import look, pay
from payment_gateway.use_cases.pay import Choice
from shared.clock import utc_now
from shared.contracts.fee import FeeAssessed
from shared.contracts.parts import (
    Account,
    Context,
    Explanation,
    FeeKind,
    Line,
    Payee,
    Quantities,
)
from shared.db.database import Database
from shared.ids import new_id
from tests.support.environment import ENVIRONMENT
from tests.support.facts import a_cause, an_envelope

CODE: Final = "H34.10-261122-0007"
SECRET: Final = ENVIRONMENT["NPSP_SECRET"]
BANK: Final = "970436"

CONTEXT: Final = Context(
    procedure_code="2.000815",
    procedure_name="Chứng thực bản sao từ bản chính",
    agency_code="H34.10",
    agency_name="Trung tâm Phục vụ hành chính công tỉnh",
)
PAYEE: Final = Payee(
    agency_code="H34.10",
    name="Trung tâm Phục vụ hành chính công tỉnh",
    tax_code="6101234567",
    address="Số 492 Trần Phú, phường Kon Tum, tỉnh Quảng Ngãi",
    account=Account(
        ref="KB-KONTUM-01",
        bin="970436",
        number="7111000123456",
        holder="Trung tâm Phục vụ hành chính công tỉnh",
        treasury=True,
    ),
)
_CALLBACK: Final = (
    "LoaiBanTin", "MaLoi", "MaDoiTac", "MaThamChieu", "SoTien", "MaTienTe", "MaGiaoDich",
    "MaNganHang", "ThoiGianGD", "ThongTinGiaoDich",
)  # fmt: skip


def a_line(kind: FeeKind = FeeKind.PHI, *, amount_vnd: int = 62_000) -> Line:
    return Line(
        line_id=new_id(),
        kind=kind,
        fee_code="PHI-CHUNGTHUC-BS",
        name="Phí chứng thực bản sao" if kind is FeeKind.PHI else "Lệ phí cấp giấy xác nhận",
        quantities=Quantities(copies=1, pages=60 if kind is FeeKind.PHI else 1),
        amount_vnd=amount_vnd,
        legal_basis="TT 226/2016/TT-BTC Điều 4",
        explanation_code=Explanation.TIERS,
    )


def assessed(amount_vnd: int = 135_000, **changes: Any) -> FeeAssessed:  # noqa: ANN401 - any field
    """Return FeeAssessed: two lines where the amount allows, one of each kind."""
    parts = [a_line(amount_vnd=amount_vnd)]
    if amount_vnd > 50_000:
        parts = [a_line(amount_vnd=amount_vnd - 50_000), a_line(FeeKind.LE_PHI, amount_vnd=50_000)]
    facts: dict[str, Any] = {
        "dossier_code": CODE,
        "assessment_id": new_id(),
        "version": 1,
        "context": CONTEXT,
        "payee": PAYEE,
        "lines": parts,
        "total_vnd": amount_vnd,
        "filed_on": "2026-11-22",
    }
    return FeeAssessed.model_validate(facts | changes)


async def hear_assessed(database: Database, *facts: FeeAssessed) -> None:
    """Let payment-gateway hear ``facts`` in one poll."""
    async with database.transaction() as session:
        await handlers.open_payables(session, [an_envelope(fact) for fact in facts])


async def payable_of(database: Database, code: str = CODE) -> Payable:
    async with database.transaction() as session:
        found = await look.find_payable(session, code)
    assert found is not None
    return found


async def given_a_payable(
    database: Database, *, amount_vnd: int = 135_000, code: str = CODE
) -> Payable:
    await hear_assessed(database, assessed(amount_vnd, dossier_code=code))
    return await payable_of(database, code)


async def given_an_attempt(
    database: Database, payable: Payable, *, supersedes: Attempt | None = None
) -> Attempt:
    """Store an attempt whose counterpart has not been called yet."""
    choice = Choice(payable.id, "npsp", BANK)
    before = supersedes.id if supersedes is not None else None
    async with database.transaction() as session:
        return await pay.start_attempt(
            session, choice, supersedes=before, cause=a_cause(), now=utc_now()
        )


def signed(message: dict[str, str], secret: str = SECRET) -> dict[str, str]:
    joined = "|".join([*(message[field] for field in _CALLBACK), secret])
    return {**message, "MaXacThuc": hashlib.sha256(joined.encode()).hexdigest()}


def told(reference: str, *, secret: str = SECRET, **changes: str) -> dict[str, str]:
    """Return the platform's callback, signed after ``changes``."""
    message = {
        "LoaiBanTin": "CONFIRM",
        "MaLoi": "00",
        "MaDoiTac": "LEPHI",
        "MaThamChieu": reference,
        "SoTien": "135000",
        "MaTienTe": "VND",
        "MaGiaoDich": "GD000000001",
        "MaNganHang": "VCB",
        "ThoiGianGD": "20261124120000",
        "ThongTinGiaoDich": f"THANH TOAN HO SO {CODE}",
    }
    return signed({**message, **changes}, secret)

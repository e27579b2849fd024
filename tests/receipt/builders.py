"""Payments and people as the receipt service hears of them; each test names what matters to it."""

from datetime import UTC, datetime, timedelta
from typing import Final

from shared.contracts.parts import (
    Account,
    Context,
    Explanation,
    FeeKind,
    Line,
    Money,
    Payee,
    PaymentChannel,
    PaymentMethod,
    Quantities,
)
from shared.contracts.party import PartyStated, Person, PersonKind
from shared.contracts.payment import PaymentSettled
from shared.ids import new_id

PAID_AT: Final = datetime(2026, 11, 22, 7, 5, 9, tzinfo=UTC)
DOSSIER: Final = "H34.10-261122-0007"

PAYEE: Final = Payee(
    agency_code="H34.10",
    name="Trung tâm Phục vụ hành chính công tỉnh",
    tax_code="6101234567",
    address="Số 492 Trần Phú, phường Kon Tum, tỉnh Quảng Ngãi",
    phone="0260 3797 799",
    account=Account(
        ref="KB-KONTUM-01",
        bin="970436",
        number="7111000123456",
        holder="Trung tâm Phục vụ hành chính công tỉnh",
        treasury=True,
    ),
)


def a_line(kind: FeeKind = FeeKind.PHI, *, amount_vnd: int = 62_000, **changes: object) -> Line:
    values: dict[str, object] = {
        "line_id": new_id(),
        "kind": kind,
        "fee_code": "PHI-CHUNGTHUC-BS",
        "name": "Phí chứng thực bản sao từ bản chính",
        "quantities": Quantities(copies=1, pages=60),
        "amount_vnd": amount_vnd,
        "legal_basis": "TT 226/2016/TT-BTC, Điều 4",
        "explanation_code": Explanation.TIERS,
    }
    return Line.model_validate(values | changes)


def a_payment(*lines: Line, dossier_code: str = DOSSIER, **changes: object) -> PaymentSettled:
    owed = lines or (a_line(),)
    amount_vnd = sum(line.amount_vnd for line in owed)
    money = Money(
        money_id=new_id(),
        channel=PaymentChannel.NPSP,
        bank_code="Vietcombank",
        channel_reference="GD000000001",
        amount_vnd=amount_vnd,
        applied_vnd=amount_vnd,
        received_at=PAID_AT,
    )
    values: dict[str, object] = {
        "dossier_code": dossier_code,
        "payment_id": new_id(),
        "context": Context(
            procedure_code="2.000815",
            procedure_name="Chứng thực bản sao từ bản chính",
            agency_code="H34.10",
            agency_name="Trung tâm Phục vụ hành chính công tỉnh",
        ),
        "payee": PAYEE,
        "lines": owed,
        "amount_vnd": amount_vnd,
        "method": PaymentMethod.TRANSFER,
        "monies": (money,),
        "paid_at": PAID_AT,
        "settled_at": PAID_AT + timedelta(milliseconds=40),
    }
    return PaymentSettled.model_validate(values | changes)


def a_person(**changes: object) -> Person:
    values: dict[str, object] = {
        "name": "Đặng Thị Ngọc Ánh",
        "kind": PersonKind.PERSON,
        "id_number": "062090000001",
        "address": "12 Phan Đình Phùng, phường Kon Tum",
        "phone": "0905 123 456",
        "email": "anh@example.vn",
    }
    return Person.model_validate(values | changes)


def a_party(*, dossier_code: str = DOSSIER, **changes: object) -> PartyStated:
    person = a_person(**changes)
    return PartyStated(dossier_code=dossier_code, payer=person, owner=person)

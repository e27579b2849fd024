"""Receipts and people as notifier hears them."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from notifier import handlers
from shared.contracts.dossier import PartyRedacted
from shared.contracts.parts import (
    Account,
    Context,
    Explanation,
    FeeKind,
    Line,
    Money,
    Payee,
    PaymentChannel,
    Quantities,
)
from shared.contracts.party import PartyStated, Person, PersonKind
from shared.contracts.receipt import ReceiptFileReady, ReceiptIssued
from shared.db.database import Database
from shared.ids import new_id
from shared.subscriptions import Message
from tests.support.facts import NOON, an_envelope

CODE: Final = "H34.10-261122-0007"
EMAIL: Final = "nguoi.nop@vi-du.test"
RECEIPT_ID: Final = UUID("01930000-0000-7000-8000-00000000abcd")
AGENCY_NAME: Final = "Trung tâm Phục vụ hành chính công tỉnh"


MONEY: Final = Money(
    money_id=new_id(),
    channel=PaymentChannel.NPSP,
    channel_reference="T-1",
    amount_vnd=62_000,
    applied_vnd=62_000,
    received_at=NOON,
)
LINE: Final = Line(
    line_id=new_id(),
    kind=FeeKind.PHI,
    fee_code="PHI-CHUNGTHUC-BS",
    name="Phí chứng thực bản sao từ bản chính",
    quantities=Quantities(copies=1, pages=60),
    amount_vnd=62_000,
    legal_basis="TT 226/2016/TT-BTC Điều 4",
    explanation_code=Explanation.TIERS,
)
CONTEXT: Final = Context(
    procedure_code="2.000815",
    procedure_name="Chứng thực bản sao từ bản chính",
    agency_code="H34.10",
    agency_name=AGENCY_NAME,
)
ISSUER: Final = Payee(
    agency_code="H34.10",
    name=AGENCY_NAME,
    tax_code="6101234567",
    address="Số 492 Trần Phú",
    phone="0260 3797 799",
    account=Account(ref="A", bin="970436", number="7111000000001", holder=AGENCY_NAME),
)


def issued(**changes: Any) -> ReceiptIssued:  # noqa: ANN401 - any field of the fact
    """Return a receipt of 62.000 đồng; only what a test is about differs."""
    facts: dict[str, Any] = {
        "dossier_code": CODE,
        "receipt_id": RECEIPT_ID,
        "payment_id": new_id(),
        "kind": FeeKind.PHI,
        "context": CONTEXT,
        "issuer": ISSUER,
        "series_id": new_id(),
        "form_symbol": "EBL01",
        "serial_symbol": "26TAA",
        "number": 1024,
        "monies": (MONEY,),
        "check_url": "http://bienlai.lephi.test/xac-minh/6101234567/EBL01/26TAA/1024",
        "lines": (LINE,),
        "total_vnd": 62_000,
        "total_in_words": "Sáu mươi hai nghìn đồng",
        "issued_at": NOON,
        "paid_at": datetime(2026, 11, 22, 7, 5, 9, tzinfo=UTC),
        "method": "CK",
        "template_version": 1,
    }
    return ReceiptIssued.model_validate(facts | changes)


async def hear_issued(
    database: Database,
    fact: ReceiptIssued,
    *,
    said_at: datetime,
    event_id: UUID | None = None,
) -> UUID:
    """Let notifier hear ``fact``; return the id of its event."""
    envelope = an_envelope(fact).model_copy(update={"time": said_at, "id": event_id or new_id()})
    async with database.transaction() as session:
        await handlers.tell_of_receipt(session, envelope)
    return envelope.id


async def hear_file(database: Database, receipt_id: UUID = RECEIPT_ID) -> None:
    digest = "0" * 64
    fact = ReceiptFileReady(
        dossier_code=CODE, receipt_id=receipt_id, render_sha256=digest, pdf_sha256=digest
    )
    async with database.transaction() as session:
        await handlers.let_go(session, an_envelope(fact))


async def hear_party(database: Database, email: str | None = EMAIL) -> None:
    person = Person(name="Nguyễn Thị Người Nộp", kind=PersonKind.PERSON, email=email)
    fact = PartyStated(dossier_code=CODE, payer=person, owner=person)
    await _hear_on_party(database, an_envelope(fact).model_dump_json().encode())


async def hear_tombstone(database: Database) -> None:
    await _hear_on_party(database, None)


async def hear_redacted(database: Database) -> None:
    fact = PartyRedacted(dossier_code=CODE, redacted_at=NOON, by="staff-1")
    async with database.transaction() as session:
        await handlers.redact_party(session, an_envelope(fact))


async def _hear_on_party(database: Database, value: bytes | None) -> None:
    message = Message("lephi.party", 0, 0, CODE, value, {}, NOON)
    async with database.transaction() as session:
        await handlers.hear_party(session, [message])

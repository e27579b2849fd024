"""Messages of the province, and facts of the other services, as dossier hears them."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from dossier import handlers
from dossier.main import VIEWS
from shared.contracts.catalogue import parse_envelope
from shared.contracts.envelope import Envelope, Event
from shared.contracts.fee import FeeAssessed, FeeExempted
from shared.contracts.parts import (
    Account,
    Context,
    Exemption,
    Explanation,
    FeeKind,
    Line,
    Money,
    Payee,
    PaymentChannel,
    PaymentMethod,
    Quantities,
    TariffStep,
)
from shared.contracts.payment import PaymentRequested, PaymentSettled
from shared.contracts.receipt import ReceiptFileReady, ReceiptIssued
from shared.db.database import Database
from shared.db.tables import OutboxRow
from shared.ids import new_id
from shared.kafka.view_schema import prepare_views
from shared.subscriptions import Message
from shared.views import Put, apply
from tests.support.facts import an_envelope

CODE = "H34.10-261122-0007"
SENT_AT = datetime(2026, 11, 22, 1, 12, tzinfo=UTC)
TARIFF = UUID("0192f3c4-0000-7000-8000-000000000001")

SUBSCRIPTIONS = handlers.subscriptions("http://lephi.test", grace=timedelta(0))
HEAR_PROVINCE = handlers.hear_province(grace=timedelta(0))

_OFFSETS = count()


def a_person(name: str = "Nguyễn Văn Đức", **changes: object) -> dict[str, object]:
    """Return ChuHoSo."""
    return {
        "Loai": "ca_nhan",
        "HoTen": name,
        "SoDinhDanh": "062090000001",
        "DienThoai": "0900 000 001",
        "Email": "duc@example.vn",
        "DiaChi": "Số 1 Trần Phú",
        "MaSoThue": None,
        **changes,
    }


def a_fee(**changes: object) -> dict[str, object]:
    """Return a line of DanhSachLePhi."""
    return {
        "MaPhiLePhi": "PHI-CHUNGTHUC-BS",
        "LoaiPhiLePhi": "phi",
        "SoLuong": 1,
        "SoBan": 1,
        "SoTrang": 60,
        "Gia": None,
        **changes,
    }


def some_data(**changes: object) -> dict[str, object]:
    """Return the data of ``vn.tthc.HoSo.v1``."""
    return {
        "MaHoSo": CODE,
        "MaTTHC": "2.000815",
        "TenTTHC": "Chứng thực bản sao từ bản chính",
        "LinhVuc": "Chứng thực",
        "NgayCapNhat": "2026-11-22T08:12:00+07:00",
        "CoQuanTiepNhan": {"Ma": "H34.10", "Ten": "Trung tâm Phục vụ hành chính công tỉnh"},
        "CoQuanGiaiQuyet": {"Ma": "H34.10", "Ten": "Trung tâm Phục vụ hành chính công tỉnh"},
        "DonViThu": {"Ma": "H34.10", "Ten": "Trung tâm Phục vụ hành chính công tỉnh"},
        "MaDiaBan": None,
        "KenhTiepNhan": "truc_tiep",
        "NgayNop": "2026-11-22T08:05:00+07:00",
        "NgayTiepNhan": "2026-11-22T08:11:00+07:00",
        "NgayHenTra": "2026-11-25T17:00:00+07:00",
        "TrangThaiHoSo": "2",
        "HinhThucThu": "thu_sau",
        "ChuHoSo": a_person(),
        "NguoiNop": None,
        "DaNop": None,
        "DanhSachLePhi": [a_fee()],
        **changes,
    }


def a_body(**changes: object) -> dict[str, object]:
    """Return the whole message, with ``changes`` in its data."""
    data = some_data(**changes)
    return {
        "specversion": "1.0",
        "id": "tinh-1",
        "source": "/tthc/kontum",
        "type": "vn.tthc.HoSo.v1",
        "subject": data["MaHoSo"],
        "time": "2026-11-22T01:12:00Z",
        "datacontenttype": "application/json",
        "data": data,
    }


def a_message(body: object = None, /, **changes: object) -> Message:
    """Return a record of ``tthc.dossier``."""
    value = body if isinstance(body, bytes) else json.dumps(body or a_body(**changes)).encode()
    written = changes.get("MaHoSo", CODE)
    return Message(
        topic="tthc.dossier", partition=0, offset=next(_OFFSETS),
        key=written if isinstance(written, str) else None, value=value, headers={},
        timestamp=SENT_AT,
    )  # fmt: skip


async def hear(database: Database, *messages: Message) -> None:
    """Let dossier hear messages of the province, in one transaction."""
    async with database.transaction() as session:
        await HEAR_PROVINCE(session, messages)


async def hear_dossier(database: Database, **changes: object) -> None:
    """Let dossier hear one dossier."""
    await hear(database, a_message(**changes))


async def tell(database: Database, *events: Envelope[Any]) -> None:
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


def an_answer(fact_id: object, result: str, **more: object) -> Message:
    """Return a record of ``tthc.ack``."""
    body = {
        "type": "vn.tthc.XacNhan.v1",
        "id": "xn-1",
        "data": {"MaSuKien": str(fact_id), "KetQua": result, **more},
    }
    return a_message(body)


async def answer(session: AsyncSession, fact_id: object, result: str, **more: object) -> None:
    """Let dossier hear the province's answer to a fact."""
    await handlers.hear_answers(session, [an_answer(fact_id, result, **more)])


CONTEXT = Context(
    procedure_code="2.000815",
    procedure_name="Chứng thực bản sao từ bản chính",
    agency_code="H34.10",
    agency_name="Trung tâm Phục vụ hành chính công tỉnh",
)
PAYEE = Payee(
    agency_code="H34.10",
    name="Trung tâm Phục vụ hành chính công tỉnh",
    tax_code="6101234567",
    address="Số 492 Trần Phú",
    account=Account(ref="TK-H34-10", bin="970415", number="113000012345", holder="TRUNG TAM"),
)


def a_line(**changes: object) -> Line:
    """Return one fee as it is owed."""
    values: dict[str, object] = {
        "line_id": new_id(),
        "kind": FeeKind.PHI,
        "fee_code": "PHI-CHUNGTHUC-BS",
        "name": "Phí chứng thực bản sao từ bản chính",
        "quantities": Quantities(copies=1, pages=60),
        "steps": (TariffStep(tariff_id=TARIFF, quantity=60, unit_vnd=1_000, amount_vnd=62_000),),
        "amount_vnd": 62_000,
        "legal_basis": "TT 226/2016/TT-BTC Điều 4",
        "explanation_code": Explanation.TIERS,
        **changes,
    }
    return Line.model_validate(values)


def an_exempt_line() -> Line:
    """Return one fee of which nothing is due."""
    return a_line(
        amount_vnd=0, steps=(), explanation_code=Explanation.EXEMPT,
        exemption=Exemption(reason_code="KHONG_THU"),
    )  # fmt: skip


def an_assessment(*lines: Line, code: str = CODE) -> FeeAssessed:
    """Return that an amount is due."""
    return FeeAssessed(
        dossier_code=code, assessment_id=new_id(), version=1, context=CONTEXT, payee=PAYEE,
        lines=lines, total_vnd=sum(line.amount_vnd for line in lines),
        filed_on=SENT_AT.date(), due_at=None,
    )  # fmt: skip


def an_exemption(code: str = CODE) -> FeeExempted:
    """Return that nothing is due."""
    return FeeExempted(
        dossier_code=code, assessment_id=new_id(), version=1, context=CONTEXT,
        lines=(an_exempt_line(),),
    )  # fmt: skip


def a_request(*lines: Line, code: str = CODE) -> PaymentRequested:
    """Return that a payable opened."""
    return PaymentRequested(
        dossier_code=code, payment_id=new_id(), assessment_id=new_id(), version=1,
        context=CONTEXT, payee=PAYEE, lines=lines,
        amount_vnd=sum(line.amount_vnd for line in lines), reference="LP0001", supplement_no=0,
    )  # fmt: skip


def a_settlement(request: PaymentRequested, *, at: datetime = SENT_AT) -> PaymentSettled:
    """Return that the payable of ``request`` is paid by one money."""
    money = Money(
        money_id=new_id(), channel=PaymentChannel.NPSP, bank_code="970436",
        channel_reference="FT26326001", amount_vnd=request.amount_vnd,
        applied_vnd=request.amount_vnd, received_at=at,
    )  # fmt: skip
    return PaymentSettled(
        dossier_code=request.dossier_code, payment_id=request.payment_id, context=CONTEXT,
        payee=PAYEE, lines=request.lines, amount_vnd=request.amount_vnd,
        method=PaymentMethod.TRANSFER, monies=(money,), paid_at=at, settled_at=at,
    )  # fmt: skip


def a_receipt(paid: PaymentSettled, *, number: int = 1024) -> ReceiptIssued:
    """Return that the number of the receipt of ``paid`` is given."""
    return ReceiptIssued(
        dossier_code=paid.dossier_code, receipt_id=new_id(), payment_id=paid.payment_id,
        kind=FeeKind.PHI, context=CONTEXT, issuer=PAYEE, series_id=new_id(),
        form_symbol="EBL01", serial_symbol="26TAA", number=number, monies=paid.monies,
        check_url="http://bienlai.lephi.test/xac-minh/6101234567/EBL01/26TAA/1024",
        lines=paid.lines, total_vnd=paid.amount_vnd, total_in_words="Sáu mươi hai nghìn đồng",
        issued_at=paid.settled_at, paid_at=paid.paid_at, method=paid.method, template_version=1,
    )  # fmt: skip


def a_file(receipt: ReceiptIssued) -> ReceiptFileReady:
    """Return that the file of ``receipt`` is stored."""
    return ReceiptFileReady(
        dossier_code=receipt.dossier_code, receipt_id=receipt.receipt_id,
        render_sha256="a" * 64, pdf_sha256="b" * 64,
    )  # fmt: skip


async def fold_said(database: Database, *heard: Event) -> None:
    """Make the views anew from all facts that dossier said, and then from ``heard``."""
    await prepare_views(database, VIEWS, consumer="dossier.views")
    folds = {fold.event.type for view in VIEWS for fold in view.folds}
    async with database.transaction() as session:
        rows = await session.execute(
            select(OutboxRow.type, OutboxRow.payload).order_by(OutboxRow.position)
        )
        said = [parse_envelope((payload or "").encode()) for name, payload in rows if name in folds]
        events = [*said, *[an_envelope(event) for event in heard]]
        await apply(session, puts_of(events))


def puts_of(events: Iterable[Envelope[Event]]) -> list[Put]:
    """Return what ``events`` change in all views."""
    folds = [fold for view in VIEWS for fold in view.folds]
    return [
        put
        for event in events
        for fold in folds
        if fold.event is type(event.data)
        for put in fold.puts(event)
    ]

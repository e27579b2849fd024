"""Two people who correct a receipt, for tests: what they type, ask for, and approve."""

import re
from dataclasses import dataclass
from uuid import UUID

from httpx import Response
from sqlalchemy import select

from receipt.handlers import mark_refund
from receipt.jobs.notices import make_notice
from shared.contracts.money import RefundedLine, RefundReason, RefundScope, RefundSettled
from shared.contracts.receipt import ReceiptIssued
from shared.db.database import Database
from shared.db.tables import AuditRow
from shared.ids import new_id
from shared.web.identity import Role
from tests.receipt.world import PEOPLE, World
from tests.support.facts import an_envelope

STAFF = "/can-bo/bien-lai"
REQUESTS = "/can-bo/bien-lai/de-nghi"
NOTICES = "/can-bo/bien-lai/thong-bao"
RIGHT_NAME = "Đặng Thị Ngọc Anh"


@dataclass
class Desk:
    """An accountant and a supervisor at the desk of one agency."""

    world: World

    async def submit(self, path: str, **form: str) -> Response:
        return await self.world.client.post(path, data=form, headers=PEOPLE)

    async def ask(self, receipt: ReceiptIssued, way: str, **form: str) -> Response:
        await self.world.sign_in(Role.ACCOUNTANT)
        path = f"{STAFF}/{receipt.receipt_id}/{way}"
        return await self.submit(path, **{"reason": "Gõ nhầm khi nhận hồ sơ", **form})

    async def ask_notice(self, receipt: ReceiptIssued, **form: str) -> str:
        answer = await self.ask(receipt, "sai-sot", **(form or {"name": RIGHT_NAME}))
        return self._asked(answer)

    async def ask_replacement(self, receipt: ReceiptIssued, **form: str) -> str:
        return self._asked(await self.ask(receipt, "thay-the", **a_replacement(**form)))

    def _asked(self, answer: Response) -> str:
        assert answer.status_code == 303, answer.text
        address = str(answer.headers["location"])
        assert address.startswith(f"{REQUESTS}/")
        return address

    async def plan_on(self, address: str) -> str:
        page = await self.world.page(address)
        (plan,) = re.findall(r'name="plan" value="([0-9a-f]{64})"', page)
        return str(plan)

    async def approve(self, address: str) -> Response:
        await self.world.sign_in(Role.SUPERVISOR)
        plan = await self.plan_on(address)
        return await self.submit(f"{address}/duyet", plan=plan)

    async def make_notices(self) -> None:
        while await make_notice(self.world.database, None, workshop=self.world.workshop):
            pass


def a_replacement(**changes: str) -> dict[str, str]:
    usual = {
        "reason_code": "wrong_tax_code", "name": "Công ty Ngọc Ánh", "address": "12 Lê Lợi",
        "tax_code": "6100123456",
    }  # fmt: skip
    return usual | changes


def a_refund(receipt: ReceiptIssued, amount_vnd: int, **changes: object) -> RefundSettled:
    """Return that ``amount_vnd`` of the receipt's first line went back."""
    line = receipt.lines[0]
    back = RefundedLine(line_id=line.line_id, kind=line.kind, amount_vnd=amount_vnd)
    values: dict[str, object] = {
        "dossier_code": receipt.dossier_code, "agency_code": "H34.10", "refund_id": new_id(),
        "money_id": receipt.monies[0].money_id, "payment_id": receipt.payment_id,
        "scope": RefundScope.PAYABLE, "lines": (back,), "amount_vnd": amount_vnd,
        "reason_code": RefundReason.ASSESSED_LESS, "by": str(new_id()),
        "approved_by": str(new_id()), "channel_reference": "FT26332001",
    }  # fmt: skip
    return RefundSettled.model_validate(values | changes)


async def hear_refund(database: Database, refund: RefundSettled) -> None:
    async with database.transaction() as session:
        await mark_refund(session, an_envelope(refund))


async def audited(database: Database, subject: UUID) -> list[str]:
    """Return what was recorded of the acts on a receipt, in order."""
    async with database.transaction() as session:
        rows = await session.scalars(
            select(AuditRow.act).where(AuditRow.subject == str(subject)).order_by(AuditRow.id)
        )
        return list(rows)

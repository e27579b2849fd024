"""Tariffs as they are typed, asked for and approved; only what a test is about differs."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from fee.domain.tariff import Tariff, TariffPhase
from fee.schemas.tariff_lines import read_line
from fee.use_cases import drafts, requests, tariffs
from fee.use_cases.requests import Acting
from shared.approvals import ApprovalTrigger, Decision, Person
from shared.db.database import Database
from tests.fee.tariff_file import TODAY
from tests.support.facts import NOON, a_cause

WRITES: Final = Person("quan-tri", "Người Quản Trị")
APPROVES: Final = Person("lanh-dao", "Người Lãnh Đạo")
APPROVE: Final = Decision(requests.ACT, ApprovalTrigger.APPROVE)
DECLINE: Final = Decision(requests.ACT, ApprovalTrigger.DECLINE, "sai căn cứ")
WITHDRAW: Final = Decision(requests.ACT, ApprovalTrigger.WITHDRAW)

A_FORM: Final = {
    "tariff_code": "TF-0128",
    "fee_code": "LP-MOI",
    "fee_kind": "le_phi",
    "fee_name_vi": "Lệ phí mới",
    "procedure_code": "",
    "variant_code": "",
    "variant_name_vi": "",
    "channel": "both",
    "territory_code": "",
    "payer_group": "",
    "rule": "flat",
    "from_quantity": "1",
    "to_quantity": "",
    "unit": "dossier",
    "amount_vnd": "30000",
    "valid_from": "2026-01-01",
    "valid_to": "",
    "legal_basis": "NQ 01/2026/NQ-HĐND Điều 2",
    "certainty": "known",
    "exemption_reason_code": "",
}


def a_form(**changes: str) -> dict[str, str]:
    """Return a new fee of 30.000 for every dossier."""
    return A_FORM | changes


def a_tariff(**changes: str) -> Tariff:
    tariff = read_line(a_form(**changes)).tariff
    assert tariff is not None
    return tariff


async def drafted(database: Database, *rows: Tariff) -> Sequence[str]:
    async with database.transaction() as session:
        for row in rows:
            await drafts.draft_tariff(session, row, by=WRITES, now=NOON)
    return [row.code for row in rows]


async def asked(database: Database, codes: Sequence[str]) -> UUID:
    async with database.transaction() as session:
        acting = Acting(WRITES, a_cause(), NOON)
        return await requests.request_publication(session, codes, reason="NQ mới", acting=acting)


async def decided(
    database: Database, approval_id: UUID, decision: Decision = APPROVE, by: Person = APPROVES
) -> None:
    async with database.transaction() as session:
        acting = Acting(by, a_cause(), NOON)
        await requests.decide(session, approval_id, decision, acting=acting)


async def in_force(database: Database, *rows: Tariff) -> None:
    await decided(database, await asked(database, await drafted(database, *rows)))


async def phase(database: Database, code: str, today: date = TODAY) -> TariffPhase:
    async with database.transaction() as session:
        return (await tariffs.read_history(session, code, today=today)).phase

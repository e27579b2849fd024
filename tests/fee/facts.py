"""Facts of dossiers as fee hears them; only what a test is about differs from the first case."""

from collections.abc import Container
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from fee import handlers
from fee.use_cases import publishing
from shared.contracts.dossier import (
    DossierChanged,
    DossierReceived,
    DossierReinstated,
    DossierWithdrawn,
)
from shared.contracts.envelope import DossierFact
from shared.contracts.parts import Account, Context, Payee
from shared.db.database import Database
from shared.ids import new_id
from tests.fee.tariff_file import a_line, all_tariffs
from tests.support.facts import NOON, a_cause, an_envelope

CODE: Final = "H34.10-261122-0007"
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
    address="Số 492 Trần Phú",
    account=Account(
        ref="H34.10-KB",
        bin="970436",
        number="7111000000001",
        holder="Trung tâm Phục vụ hành chính công tỉnh",
    ),
)
SUBMITTED_AT: Final = datetime(2026, 11, 22, 1, 5, tzinfo=UTC)


def received(**changes: Any) -> DossierReceived:  # noqa: ANN401 - any field of the fact
    """Return a dossier that owes 62.000 for 60 certified pages."""
    facts: dict[str, Any] = {
        "dossier_code": CODE,
        "dossier_id": new_id(),
        "context": CONTEXT,
        "receiving_agency": "H34.10",
        "deciding_agency": "H34.10",
        "payee": PAYEE,
        "channel": "counter",
        "submitted_at": SUBMITTED_AT,
        "status": 2,
        "territory_code": "H34",
        "payment_timing": "after",
        "fee_lines": (a_line(pages=60),),
    }
    return DossierReceived.model_validate(facts | changes)


def changed(**changes: Any) -> DossierChanged:  # noqa: ANN401 - any field of the fact
    return DossierChanged.model_validate({"dossier_code": CODE, "dossier_id": new_id()} | changes)


_HANDLERS: Final[dict[type[DossierFact], Any]] = {
    DossierChanged: handlers.change_dossier,
    DossierWithdrawn: handlers.withdraw_dossier,
    DossierReinstated: handlers.reinstate_dossier,
}


async def hear(database: Database, *facts: DossierFact, first: int = 1) -> None:
    """Let fee hear ``facts``, each in its own transaction, numbered from ``first``."""
    for sequence, fact in enumerate(facts, start=first):
        async with database.transaction() as session:
            if isinstance(fact, DossierReceived):
                heard = [an_envelope(fact, sequence=sequence)]
                await handlers.receive_dossiers(session, heard)
            else:
                await _HANDLERS[type(fact)](session, an_envelope(fact, sequence=sequence))


async def publish(session: AsyncSession, fee_codes: Container[str] | None = None) -> int:
    """Publish the demonstration's list, or its rows of ``fee_codes``."""
    rows = [t for t in all_tariffs() if fee_codes is None or t.fee_code in fee_codes]
    taken = await publishing.publish_list(session, rows, cause=a_cause(), now=NOON)
    return taken.published


async def with_tariffs(database: Database, *fee_codes: str) -> Database:
    """Return ``database`` with the published list, or with its rows of ``fee_codes``."""
    async with database.transaction() as session:
        await publish(session, fee_codes or None)
    return database

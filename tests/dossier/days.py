"""A day that both sides count: two dossiers, both paid, and what the province tells of it."""

from datetime import date, datetime, timedelta
from uuid import UUID

from dossier.adapters.province.facts import DaThu
from dossier.jobs import compare_due_day
from shared.clock import utc_now
from shared.contracts.dossier import PartnerDayCompared
from shared.db.database import Database
from tests.dossier.builders import (
    CODE,
    a_line,
    a_message,
    a_request,
    a_settlement,
    answer,
    hear,
    hear_dossier,
    tell,
)
from tests.support.facts import an_envelope, facts

DAY = date(2026, 11, 22)
OTHER = "H34.10-261122-0008"
SOON = timedelta(seconds=1)


async def a_day(database: Database) -> None:
    """Let two dossiers of the day be known, both be paid on it, and both payments acknowledged."""
    for code in (CODE, OTHER):
        await hear_dossier(database, MaHoSo=code)
        await tell(database, an_envelope(a_settlement(a_request(a_line(), code=code))))
    async with database.transaction() as session:
        for fact_id in await paid_ids(database):
            await answer(session, fact_id, "ok")


async def paid_ids(database: Database) -> list[UUID]:
    """Return the ids of the payments that the province was told, in order."""
    return [each.id for each in await facts(database, DaThu)]


async def state_day(database: Database, *, at: datetime | None = None, **changes: object) -> None:
    """Let the province tell its counts of the day; by default they are ours."""
    ids = [str(fact_id) for fact_id in await paid_ids(database)]
    data = {
        "Ngay": DAY.isoformat(), "SoHoSo": 2, "MaHoSo": [CODE, OTHER], "SoDaThu": 2,
        "TongTien": 124_000, "MaSuKien": ids, **changes,
    }  # fmt: skip
    stated = (at or utc_now() + SOON).isoformat()
    await hear(
        database, a_message({"type": "vn.tthc.TongHopNgay.v1", "time": stated, "data": data})
    )


async def compared(database: Database) -> PartnerDayCompared:
    """Compare what is due, and return what was said of the last run."""
    while await compare_due_day(database, None):
        pass
    return (await facts(database, PartnerDayCompared))[-1].data

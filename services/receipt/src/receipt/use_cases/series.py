"""Open series of numbers: for a published agency, and by rule when a year's first payment comes."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.issuing import SeriesKey
from receipt.domain.symbols import symbols_of
from receipt.repository import numbering, people
from shared.contracts.dossier import AgencyPublished
from shared.contracts.envelope import Cause
from shared.contracts.parts import FeeKind
from shared.contracts.receipt import SeriesOpened
from shared.days import vietnam_day
from shared.outbox import Emission, emit_all


async def publish_agency(
    session: AsyncSession,
    agency: AgencyPublished,
    *,
    sequence: int,
    cause: Cause,
    now: datetime,
) -> None:
    """Keep ``agency``, and open this year's series of phí and of lệ phí for it."""
    await people.store_agency(session, agency, sequence=sequence)
    day = vietnam_day(now)
    keys = {
        SeriesKey(day.year, agency.tax_code, symbols_of(kind, day), kind): agency.agency_code
        for kind in FeeKind
    }
    await emit_all(session, await open_missing_series(session, keys, cause=cause, now=now), now=now)


async def open_missing_series(
    session: AsyncSession, agencies: Mapping[SeriesKey, str], *, cause: Cause, now: datetime
) -> list[Emission]:
    """Open those series that are not open yet; return what is to be said of them."""
    open_already = await numbering.find_series(session, agencies.keys())
    missing = {key: agency for key, agency in agencies.items() if key not in open_already}
    if not missing:
        return []
    opened = await numbering.open_series(session, missing, now=now)
    return [
        Emission(
            SeriesOpened(
                series_id=series_id,
                tax_code=key.tax_code,
                form_symbol=key.symbols.form_symbol,
                serial_symbol=key.symbols.serial_symbol,
                year=key.year,
            ),
            cause,
            missing[key],
        )
        for series_id, key in opened
    ]

"""How often one may look things up without being known: counted for all processes together."""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Final, cast

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from shared.clock import utc_now
from shared.days import start_of_day, vietnam_day
from shared.db import driver
from shared.errors import DomainError, Kind
from shared.settings import ServiceSettings
from shared.web.addresses import client_address, household, is_within
from shared.web.identity import current_user
from shared.web.request import database_of

LOOK_UPS_A_MINUTE: Final = 30
STAFF_LOOK_UPS_A_MINUTE: Final = 300
MISSES_A_DAY: Final = 60
MISSES_OF_AN_AGENCY_DAY: Final = 600
_KEPT: Final = timedelta(days=2)

_COUNT: Final = """
    INSERT INTO rate_hit (bucket, window_start, count) VALUES ($1, $2, 1)
    ON CONFLICT (bucket, window_start) DO UPDATE SET count = rate_hit.count + 1
    RETURNING count"""
_READ: Final = "SELECT count FROM rate_hit WHERE bucket = $1 AND window_start = $2"
_FORGET: Final = "DELETE FROM rate_hit WHERE window_start < $1"


class TooManyLookUpsError(DomainError):
    """This address has looked up too much; it may go on later."""

    kind = Kind.LIMITED
    code = "too-many-look-ups"
    title = "Anh, chị đã tra cứu quá nhiều lần"


async def count_look_up(request: Request, code: str | None = None) -> None:
    """Count one public look-up, before it is made; raise TooManyLookUpsError past a limit.

    30 a minute and address; misses 60 a day, and with ``code`` 600 among codes of the same agency
    and day (surface.md). A transaction of its own: it counts though the request fails.
    """
    settings = _settings(request)
    if _is_trusted(request, settings):
        return
    now = utc_now()
    user = await current_user(request)
    is_staff = user is not None and user.is_staff
    who = f"user {user.subject}" if user and is_staff else _household(request, settings)
    allowed = STAFF_LOOK_UPS_A_MINUTE if is_staff else LOOK_UPS_A_MINUTE
    async with database_of(request).transaction() as session:
        count = await _count(session, _bucket(settings, "look-up", who), _minute(now))
        misses = await _read(session, _bucket(settings, "miss", who), _day(now))
        near = await _read(session, _agency_day(code), _day(now)) if code else 0
    if count > allowed:
        raise TooManyLookUpsError("look-ups of this minute", retry_after_seconds=60)
    if not is_staff and (misses >= MISSES_A_DAY or near >= MISSES_OF_AN_AGENCY_DAY):
        left = _day(now) + timedelta(days=1) - now
        raise TooManyLookUpsError("misses of this day", retry_after_seconds=_whole(left))


async def count_miss(request: Request, code: str) -> None:
    """Count a look-up of ``code`` that found nothing; a transaction of its own."""
    settings = _settings(request)
    if _is_trusted(request, settings):
        return
    now = utc_now()
    async with database_of(request).transaction() as session:
        who = _household(request, settings)
        await _count(session, _bucket(settings, "miss", who), _day(now))
        await _count(session, _agency_day(code), _day(now))


def _settings(request: Request) -> ServiceSettings:
    return cast("ServiceSettings", request.app.state.settings)


def _is_trusted(request: Request, settings: ServiceSettings) -> bool:
    return is_within(client_address(request, settings), settings.rate_limit_trusted)


def _household(request: Request, settings: ServiceSettings) -> str:
    return household(client_address(request, settings))


def _bucket(settings: ServiceSettings, kind: str, who: str) -> str:
    """Return the name under which ``who`` is counted, without storing who it is."""
    key = settings.session_key.get_secret_value().encode()
    return f"{kind} {hmac.new(key, who.encode(), hashlib.sha256).hexdigest()[:32]}"


def _agency_day(code: str) -> str:
    """Return the bucket of all codes of one agency and day: the code without its last number."""
    return f"miss near {code.rpartition('-')[0][:64]}"


def _whole(left: timedelta) -> int:
    return int(left.total_seconds()) + 1


def _minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)


def _day(now: datetime) -> datetime:
    return start_of_day(vietnam_day(now))


async def _count(session: AsyncSession, bucket: str, window: datetime) -> int:
    count = cast("int", await driver.fetchval(session, _COUNT, bucket, window))
    if count == 1:
        await driver.execute(session, _FORGET, window - _KEPT)
    return count


async def _read(session: AsyncSession, bucket: str, window: datetime) -> int:
    return cast("int | None", await driver.fetchval(session, _READ, bucket, window)) or 0

"""Cash in a play: an officer's drawer, filled and counted; another person takes it over."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain.counting import Counted, Handed
from payment_gateway.domain.tills import Holder, Till
from payment_gateway.use_cases import cash, tills
from payment_gateway.use_cases.cash import Taking
from payment_gateway.use_cases.tills import Handing, Sight
from shared.clock import utc_now
from tests.payment_gateway.builders import PAYEE
from tests.support.facts import a_cause

Order = Mapping[str, Any]

_ALL: Final = Sight(None, (PAYEE.agency_code,))


async def open_till(session: AsyncSession, order: Order) -> None:
    """Open the officer's drawer with a float."""
    opening = order["opening_vnd"]
    await tills.open_till(
        session, _holder(order), opening_vnd=opening, cause=a_cause(), now=utc_now()
    )


async def take(session: AsyncSession, order: Order) -> None:
    """Take cash under the key of its form."""
    handed = Handed(UUID(order["key"]), order["amount_vnd"], order["amount_vnd"] + 1_000)
    asked = order["supersedes"]
    taking = Taking(_holder(order), UUID(order["payable"]), handed, UUID(asked) if asked else None)
    await cash.take_cash(session, taking, cause=a_cause(), now=utc_now())


async def close(session: AsyncSession, order: Order) -> None:
    """Count the drawer: as the books say, or not."""
    till = await tills.lock_seen(session, UUID(order["till"]), _ALL)
    counted = _counted(till.expected_vnd, order)
    await tills.close_till(session, till, counted, cause=a_cause(), now=utc_now())


async def hand_over(session: AsyncSession, order: Order) -> None:
    """Let another person count the cash and take it."""
    till: Till = await tills.lock_seen(session, UUID(order["till"]), _ALL)
    handing = Handing(_holder(order), _counted(till.counted_vnd or 0, order))
    await tills.hand_over(session, till, handing, cause=a_cause(), now=utc_now())


def _counted(expected_vnd: int, order: Order) -> Counted:
    total = max(0, expected_vnd + order["by_vnd"])
    return Counted(total, {}, "Đếm lệch" if order["tells_why"] else None)


def _holder(order: Order) -> Holder:
    return Holder(order["officer"], "Cán bộ", PAYEE.agency_code, PAYEE.name)

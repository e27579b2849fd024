"""Whose money a member of staff sees, for all pages of *Thu tiền*."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.views.agencies import agencies_of
from shared.approvals import Person
from shared.clock import utc_now
from shared.days import vietnam_day
from shared.web.identity import NoRightError, Role, User

_SEES_TREE: Final = {Role.SUPERVISOR, Role.AUDITOR}


async def agencies_seen(session: AsyncSession, user: User) -> Sequence[str]:
    """Return the agencies whose money ``user`` sees: a supervisor and an auditor the whole tree."""
    if user.agency_code is None:
        raise NoRightError("staff belong to an agency")
    return await agencies_of(
        session,
        user.agency_code,
        whole_tree=bool(user.roles & _SEES_TREE),
        today=vietnam_day(utc_now()),
    )


def person_of(user: User, agencies: Sequence[str]) -> Person:
    """Return ``user`` as one who asks or decides for ``agencies``."""
    return Person(user.subject, user.name, frozenset(agencies))

"""Who may open which of the staff's pages, and whose dossiers they see."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from dossier.use_cases import look
from shared.clock import utc_now
from shared.web.identity import STAFF, Role, User, allow

STAFF_ONLY: Final = allow(*sorted(STAFF))
"""Everyone who works here sees the dossiers of their agency, and of those below it."""

WITH_PEOPLE: Final = frozenset({Role.OFFICER, Role.ACCOUNTANT, Role.SUPERVISOR, Role.AUDITOR})
"""Who needs to know owner and payer for their work."""


def sees_people(user: User) -> bool:
    """Tell whether ``user`` may see names, id numbers and phones."""
    return bool(WITH_PEOPLE & user.roles)


async def visible_to(session: AsyncSession, user: User) -> Sequence[str]:
    """Return the agencies whose dossiers ``user`` sees."""
    return await look.agencies_of(session, user.agency_code, now=utc_now())

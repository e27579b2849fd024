"""The Kafka door: what fee hears of dossiers."""

from collections.abc import Sequence
from typing import Final, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from fee.use_cases import assess
from fee.use_cases.assess import Heard
from shared.clock import utc_now
from shared.contracts.dossier import (
    DossierChanged,
    DossierClosed,
    DossierReceived,
    DossierReinstated,
    DossierWithdrawn,
)
from shared.contracts.envelope import DossierFact, Envelope
from shared.subscriptions import Subscription, on, on_batch

E = TypeVar("E", bound=DossierFact)


async def receive_dossiers(
    session: AsyncSession, events: Sequence[Envelope[DossierReceived]]
) -> None:
    """Say what each new dossier owes, a whole poll at once."""
    await assess.receive_dossiers(session, [(event.data, _heard(event)) for event in events])


async def change_dossier(session: AsyncSession, event: Envelope[DossierChanged]) -> None:
    """Say it again if a change alters it."""
    await assess.change_dossier(session, event.data, heard=_heard(event))


async def withdraw_dossier(session: AsyncSession, event: Envelope[DossierWithdrawn]) -> None:
    """End what a refused, withdrawn or stopped dossier owes."""
    fact = event.data
    await assess.change_status(session, fact.dossier_code, fact.status, heard=_heard(event))


async def reinstate_dossier(session: AsyncSession, event: Envelope[DossierReinstated]) -> None:
    """Begin anew for a dossier that lives again."""
    fact = event.data
    await assess.change_status(session, fact.dossier_code, fact.status, heard=_heard(event))


async def close_dossier(session: AsyncSession, event: Envelope[DossierClosed]) -> None:
    """Remember that the result was handed over."""
    fact = event.data
    await assess.close_dossier(session, fact.dossier_code, fact.closed_at, heard=_heard(event))


def _heard(event: Envelope[E]) -> Heard:
    return Heard(sequence=event.sequence, cause=event.cause, now=utc_now())


SUBSCRIPTIONS: Final[tuple[Subscription, ...]] = (
    on_batch(DossierReceived, receive_dossiers),
    on(DossierChanged, change_dossier),
    on(DossierWithdrawn, withdraw_dossier),
    on(DossierReinstated, reinstate_dossier),
    on(DossierClosed, close_dossier),
)

"""Receive a dossier: heard of for the first time, changed, withdrawn, reinstated, closed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from dossier.domain.agency import payee_of
from dossier.domain.dossier import (
    LIFECYCLE,
    DossierFacts,
    StatedDossier,
    Trigger,
    difference,
    trigger_of,
    without_status,
)
from dossier.domain.search import code_tokens, people_tokens
from dossier.repository import agencies, dossiers
from dossier.tables import DossierRow
from shared.contracts.dossier import (
    DossierChanged,
    DossierClosed,
    DossierField,
    DossierReceived,
    DossierReinstated,
    DossierWithdrawn,
)
from shared.contracts.envelope import Cause, Event
from shared.contracts.parts import Payee
from shared.contracts.party import PartyStated
from shared.ids import new_id
from shared.outbox import Emission, emit_all


@dataclass(frozen=True)
class _Door:
    """What the door handed down."""

    cause: Cause
    now: datetime


async def receive_dossier(
    session: AsyncSession,
    stated: StatedDossier,
    party: PartyStated,
    *,
    cause: Cause,
    now: datetime,
) -> None:
    """Take over what the province states of a dossier and of its people.

    Equal content is no change, an older version never undoes a newer one, and of two versions of
    one instant the later message wins. People who are to be forgotten are not taken over again.
    Raises DossierClosedError, before anything is changed, where a closed dossier would go back to
    work.
    """
    door = _Door(cause, now)
    row = await dossiers.lock_dossier(session, stated.dossier_code)
    said = None if row is not None else await _store_new(session, stated, door)
    if said is None:
        row = row or await dossiers.lock_dossier(session, stated.dossier_code)
        if row is None:
            raise RuntimeError("neither stored here nor by another transaction")
        if stated.stated_at < row.stated_at:
            return
        said = await _change(session, row, stated, door)
    is_forgotten = row is not None and row.party_redacted_at is not None
    if not is_forgotten and await _store_party(session, party, now=now):
        said = [*said, party]
    agency = stated.facts.receiving_agency
    await emit_all(session, [Emission(fact, cause, agency) for fact in said], now=now)


async def _store_new(
    session: AsyncSession, stated: StatedDossier, door: _Door
) -> list[Event] | None:
    """Store a dossier and return its facts; None if another transaction did it just now."""
    facts = await _completed(session, stated, payee=None)
    trigger = trigger_of(LIFECYCLE.initial, facts.status)
    state = LIFECYCLE.initial if trigger is None else LIFECYCLE.next(LIFECYCLE.initial, trigger)
    dossier_id = new_id()
    columns = {
        **dossiers.columns_of(facts),
        **dossiers.label_columns(stated.labels),
        "tokens": code_tokens(stated.dossier_code),
        "state": state,
        "stated_at": stated.stated_at,
        "received_at": door.now,
        "changed_at": door.now,
    }
    if not await dossiers.insert_dossier(session, dossier_id, stated.dossier_code, columns=columns):
        return None
    received = DossierReceived(
        dossier_code=stated.dossier_code,
        dossier_id=dossier_id,
        context=facts.context,
        receiving_agency=facts.receiving_agency,
        deciding_agency=facts.deciding_agency,
        payee=facts.payee,
        channel=facts.channel,
        submitted_at=facts.submitted_at,
        due_at=facts.due_at,
        status=facts.status,
        territory_code=facts.territory_code,
        payment_timing=facts.payment_timing,
        fee_lines=facts.fee_lines,
        paid_elsewhere=facts.paid_elsewhere,
    )
    return [received, *_step(stated.dossier_code, trigger, facts.status, door)]


async def _change(
    session: AsyncSession, row: DossierRow, stated: StatedDossier, door: _Door
) -> list[Event]:
    """Write a newer version over ``row`` and return what changed."""
    trigger = trigger_of(row.state, stated.facts.status)
    old = dossiers.facts_of(row)
    same_collector = row.collecting_agency == stated.labels.collecting_agency
    new = await _completed(session, stated, payee=old.payee if same_collector else None)
    change = difference(old, new)
    state = row.state if trigger is None else LIFECYCLE.next(row.state, trigger)
    row.stated_at = stated.stated_at
    labels = dossiers.label_columns(stated.labels)
    if change.is_empty:
        dossiers.store(row, labels, state=state, now=row.changed_at)
        return []
    columns = {**dossiers.columns_of(new), **labels}
    dossiers.store(row, columns, state=state, now=door.now)
    told = change if trigger is None else without_status(change)
    said: list[Event] = []
    if not told.is_empty:
        said.append(changed(row, told.values, cleared=told.cleared))
    return [*said, *_step(row.dossier_code, trigger, new.status, door)]


def changed(
    row: DossierRow, values: Mapping[str, object], *, cleared: tuple[DossierField, ...] = ()
) -> DossierChanged:
    """Return the fact that ``values`` are different now, and ``cleared`` are absent."""
    return DossierChanged.model_validate(
        {
            "dossier_code": row.dossier_code,
            "dossier_id": row.id,
            "cleared": cleared,
            **values,
        }
    )


def _step(dossier_code: str, trigger: Trigger | None, status: int, door: _Door) -> list[Event]:
    if trigger is None:
        return []
    facts: dict[Trigger, Event] = {
        Trigger.WITHDRAW: DossierWithdrawn(dossier_code=dossier_code, status=status),
        Trigger.REINSTATE: DossierReinstated(dossier_code=dossier_code, status=status),
        Trigger.CLOSE: DossierClosed(dossier_code=dossier_code, closed_at=door.now),
    }
    return [facts[trigger]]


async def _completed(
    session: AsyncSession, stated: StatedDossier, *, payee: Payee | None
) -> DossierFacts:
    """Return the stated facts with what only we know: payee, territory, the procedure's name."""
    facts, collecting = stated.facts, stated.labels.collecting_agency
    known = await agencies.find_agencies(session, {collecting or "", facts.deciding_agency})
    deciding = known.get(facts.deciding_agency)
    territory = facts.territory_code or (None if deciding is None else deciding.territory_code)
    facts = replace(
        facts, payee=payee or payee_of(known.get(collecting or "")), territory_code=territory
    )
    if stated.procedure_is_named and stated.payment_timing_is_stated:
        return facts
    procedure = await agencies.find_procedure(session, facts.context.procedure_code)
    if procedure is None:
        return facts
    if not stated.procedure_is_named:
        context = facts.context.model_copy(update={"procedure_name": procedure.name})
        facts = replace(facts, context=context)
    if not stated.payment_timing_is_stated:
        facts = replace(facts, payment_timing=procedure.payment_timing)
    return facts


async def _store_party(session: AsyncSession, party: PartyStated, *, now: datetime) -> bool:
    people = (party.owner, party.payer)
    tokens = people_tokens(
        [person.name for person in people],
        [person.phone for person in people if person.phone is not None],
    )
    id_numbers = sorted({person.id_number for person in people if person.id_number is not None})
    return await dossiers.upsert_party(
        session, party, tokens=tokens, id_numbers=id_numbers, now=now
    )

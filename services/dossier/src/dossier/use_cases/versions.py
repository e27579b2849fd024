"""What a version of a dossier changes here, and the facts that say so."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from dossier.domain.agency import Agency, Procedure, in_force, payee_of
from dossier.domain.dossier import (
    LIFECYCLE,
    DossierFacts,
    StatedDossier,
    Trigger,
    difference,
    trigger_of,
    without_status,
)
from dossier.domain.search import code_tokens
from dossier.repository import dossiers
from dossier.tables import DossierRow
from shared.contracts.dossier import (
    DossierChanged,
    DossierClosed,
    DossierField,
    DossierReceived,
    DossierReinstated,
    DossierWithdrawn,
)
from shared.contracts.envelope import Event
from shared.contracts.parts import Payee
from shared.days import vietnam_day
from shared.ids import new_id


@dataclass(frozen=True)
class Known:
    """What our own data add to what the province states."""

    agencies: Mapping[str, Agency]
    procedures: Mapping[str, Procedure]


def first_version(
    stated: StatedDossier, known: Known, *, now: datetime
) -> tuple[dict[str, Any], list[Event]]:
    """Return a new dossier's columns, and its facts."""
    facts = _completed(stated, known, payee=None, today=vietnam_day(now))
    trigger = trigger_of(LIFECYCLE.initial, facts.status)
    state = LIFECYCLE.initial if trigger is None else LIFECYCLE.next(LIFECYCLE.initial, trigger)
    dossier_id = new_id()
    columns = {
        **dossiers.columns_of(facts),
        **dossiers.label_columns(stated.labels),
        "id": dossier_id,
        "dossier_code": stated.dossier_code,
        "tokens": code_tokens(stated.dossier_code),
        "state": state,
        "stated_at": stated.stated_at,
        "received_at": now,
        "changed_at": now,
    }
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
    return columns, [received, *_step(stated.dossier_code, trigger, facts.status, now)]


def newer_version(
    row: DossierRow, stated: StatedDossier, known: Known, *, now: datetime
) -> list[Event] | None:
    """Write a newer version over ``row`` and return what changed; None for an older version.

    Raises DossierClosedError before anything is changed.
    """
    if stated.stated_at < row.stated_at:
        return None
    trigger = trigger_of(row.state, stated.facts.status)
    old = dossiers.facts_of(row)
    same_collector = row.collecting_agency == stated.labels.collecting_agency
    keeps = same_collector and trigger is not Trigger.REINSTATE  # Who comes back is asked anew.
    payee = old.payee if keeps else None
    new = _completed(stated, known, payee=payee, today=vietnam_day(now))
    change = difference(old, new)
    state = row.state if trigger is None else LIFECYCLE.next(row.state, trigger)
    row.stated_at = stated.stated_at
    labels = dossiers.label_columns(stated.labels)
    if change.is_empty:
        dossiers.store(row, labels, state=state, now=row.changed_at)
        return []
    columns = {**dossiers.columns_of(new), **labels}
    dossiers.store(row, columns, state=state, now=now)
    told = change if trigger is None else without_status(change)
    said: list[Event] = []
    if not told.is_empty:
        said.append(changed(row, told.values, cleared=told.cleared))
    return [*said, *_step(row.dossier_code, trigger, new.status, now)]


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


def _step(dossier_code: str, trigger: Trigger | None, status: int, now: datetime) -> list[Event]:
    if trigger is None:
        return []
    facts: dict[Trigger, Event] = {
        Trigger.WITHDRAW: DossierWithdrawn(dossier_code=dossier_code, status=status),
        Trigger.REINSTATE: DossierReinstated(dossier_code=dossier_code, status=status),
        Trigger.CLOSE: DossierClosed(dossier_code=dossier_code, closed_at=now),
    }
    return [facts[trigger]]


def _completed(
    stated: StatedDossier, known: Known, *, payee: Payee | None, today: date
) -> DossierFacts:
    """Return the stated facts with what only we know: payee, territory, the procedure's name.

    Who collects is the stated agency, or after a merger its successor; the territory stays that of
    the stated one, whose tariff continues there until it is replaced (domain.md 5, rule 5).
    """
    facts, collecting = stated.facts, stated.labels.collecting_agency
    deciding = known.agencies.get(facts.deciding_agency)
    territory = facts.territory_code or (None if deciding is None else deciding.territory_code)
    collects = in_force(collecting, known.agencies, today=today)
    facts = replace(facts, payee=payee or payee_of(collects), territory_code=territory)
    procedure = known.procedures.get(facts.context.procedure_code)
    if procedure is None:
        return facts
    if not stated.procedure_is_named:
        context = facts.context.model_copy(update={"procedure_name": procedure.name})
        facts = replace(facts, context=context)
    if not stated.payment_timing_is_stated:
        facts = replace(facts, payment_timing=procedure.payment_timing)
    return facts

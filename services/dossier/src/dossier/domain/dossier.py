"""What a dossier (hồ sơ) is: its states, and which of its facts changed."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from shared.contracts.dossier import DossierField, FeeLine
from shared.contracts.parts import (
    Context,
    FilingChannel,
    PaidElsewhere,
    Payee,
    PaymentTiming,
)
from shared.errors import DomainError, Kind
from shared.lifecycle import Lifecycle, Step


class State(StrEnum):
    """Whether a fee may be asked for."""

    LIVING = "living"
    WITHDRAWN = "withdrawn"
    """Not accepted, withdrawn by the citizen, or stopped."""
    CLOSED = "closed"
    """The result was handed over."""


class Trigger(StrEnum):
    """What the province's status makes happen."""

    WITHDRAW = "withdraw"
    REINSTATE = "reinstate"
    CLOSE = "close"


LIFECYCLE: Final = Lifecycle(
    initial=State.LIVING,
    steps=(
        Step(State.LIVING, Trigger.WITHDRAW, State.WITHDRAWN),
        Step(State.WITHDRAWN, Trigger.REINSTATE, State.LIVING),
        Step(State.LIVING, Trigger.CLOSE, State.CLOSED),
        Step(State.WITHDRAWN, Trigger.CLOSE, State.CLOSED),
        # No step leads out of CLOSED: a result cannot be handed back.
    ),
)

_STATES: Final = {3: State.WITHDRAWN, 7: State.WITHDRAWN, 8: State.WITHDRAWN, 10: State.CLOSED}
_TRIGGERS: Final = {
    State.WITHDRAWN: Trigger.WITHDRAW,
    State.LIVING: Trigger.REINSTATE,
    State.CLOSED: Trigger.CLOSE,
}


class DossierNotFoundError(DomainError):
    """There is no such dossier, or it is not the asker's to see: the answer is the same."""

    kind = Kind.NOT_FOUND
    code = "dossier-not-found"
    title = "Không tìm thấy hồ sơ này"

    def __init__(self, dossier_code: str) -> None:
        super().__init__(f"no dossier {dossier_code}", dossier_code=dossier_code)


class DossierClosedError(DomainError):
    """The result was handed over; the dossier cannot go back to work."""

    kind = Kind.CONFLICT
    code = "dossier-closed"
    title = "Hồ sơ đã trả kết quả"


@dataclass(frozen=True)
class DossierFacts:
    """What DossierReceived says and DossierChanged amends; names as in the contract."""

    context: Context
    receiving_agency: str
    deciding_agency: str
    payee: Payee | None
    channel: FilingChannel
    submitted_at: datetime
    due_at: datetime | None
    status: int
    territory_code: str | None
    payment_timing: PaymentTiming
    fee_lines: tuple[FeeLine, ...]
    paid_elsewhere: PaidElsewhere | None


@dataclass(frozen=True)
class Labels:
    """Words beside the facts: shown to staff, never published."""

    field_name: str | None
    """Lĩnh vực of the procedure."""
    deciding_agency_name: str | None
    collecting_agency: str | None
    collecting_agency_name: str | None
    counted_on: date
    """In whose totals the province counts the dossier."""


@dataclass(frozen=True)
class StatedDossier:
    """A dossier as the province states it, in our words, before our own data complete it."""

    dossier_code: str
    stated_at: datetime
    """Orders the versions: an older one never undoes a newer one."""
    facts: DossierFacts
    """Its payee is unknown yet; its territory only where the province named one."""
    payment_timing_is_stated: bool
    procedure_is_named: bool
    labels: Labels


@dataclass(frozen=True)
class Change:
    """What is different: new values by name, and what was there and is absent now."""

    values: Mapping[str, object]
    cleared: tuple[DossierField, ...]

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing changed."""
        return not self.values and not self.cleared


def is_withdrawn(status: int | None) -> bool:
    """Tell whether a dossier of national ``status`` owes nothing any more."""
    return _STATES.get(status or 0) is State.WITHDRAWN


def trigger_of(state: State, status: int) -> Trigger | None:
    """Return what national ``status`` makes happen in ``state``; None where it stays.

    Statuses are the national ones (TrangThaiHoSo): 3, 7 and 8 stop a dossier, 10 hands its result
    over. Raises DossierClosedError where a closed dossier would go back to work.
    """
    wanted = _STATES.get(status, State.LIVING)
    if wanted is state:
        return None
    trigger = _TRIGGERS[wanted]
    if not LIFECYCLE.allows(state, trigger):
        raise DossierClosedError(f"status {status} after the result was handed over")
    return trigger


def difference(old: DossierFacts, new: DossierFacts) -> Change:
    """Return what ``new`` says otherwise than ``old``."""
    values: dict[str, object] = {}
    cleared: list[DossierField] = []
    for field in fields(DossierFacts):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if before == after:
            continue
        if after is None:
            cleared.append(DossierField(field.name))
        else:
            values[field.name] = after
    return Change(values, tuple(cleared))


def without_status(change: Change) -> Change:
    """Return ``change`` without its status, which a fact of its own tells."""
    return replace(
        change, values={name: value for name, value in change.values.items() if name != "status"}
    )

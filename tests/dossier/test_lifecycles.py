"""Every state with every trigger: what is in the tables, and nothing else."""

from itertools import product

import pytest

from dossier.domain.dossier import (
    LIFECYCLE,
    DossierClosedError,
    State,
    Trigger,
    trigger_of,
)
from dossier.domain.partner import FACT_LIFECYCLE, FactState, FactTrigger

STEPS = {
    (State.LIVING, Trigger.WITHDRAW): State.WITHDRAWN,
    (State.WITHDRAWN, Trigger.REINSTATE): State.LIVING,
    (State.LIVING, Trigger.CLOSE): State.CLOSED,
    (State.WITHDRAWN, Trigger.CLOSE): State.CLOSED,
}
FACT_STEPS = {
    (FactState.SENT, FactTrigger.ACCEPT): FactState.ACKNOWLEDGED,
    (FactState.SENT, FactTrigger.REFUSE): FactState.REFUSED,
    (FactState.SENT, FactTrigger.GROW_LATE): FactState.LATE,
    (FactState.SENT, FactTrigger.SEND_AGAIN): FactState.SENT,
    (FactState.LATE, FactTrigger.ACCEPT): FactState.ACKNOWLEDGED,
    (FactState.LATE, FactTrigger.REFUSE): FactState.REFUSED,
    (FactState.LATE, FactTrigger.ESCALATE): FactState.ESCALATED,
    (FactState.LATE, FactTrigger.SEND_AGAIN): FactState.SENT,
    (FactState.ESCALATED, FactTrigger.ACCEPT): FactState.ACKNOWLEDGED,
    (FactState.ESCALATED, FactTrigger.REFUSE): FactState.REFUSED,
    (FactState.ESCALATED, FactTrigger.SEND_AGAIN): FactState.SENT,
    (FactState.REFUSED, FactTrigger.ACCEPT): FactState.ACKNOWLEDGED,
    (FactState.REFUSED, FactTrigger.SEND_AGAIN): FactState.SENT,
    (FactState.ACKNOWLEDGED, FactTrigger.SEND_AGAIN): FactState.SENT,
}


@pytest.mark.parametrize(("state", "trigger"), list(product(State, Trigger)))
def test_given_a_state_of_a_dossier_when_it_is_triggered_then_only_the_tables_steps_exist(
    state: State, trigger: Trigger
) -> None:
    wanted = STEPS.get((state, trigger))

    assert LIFECYCLE.allows(state, trigger) is (wanted is not None)
    if wanted is not None:
        assert LIFECYCLE.next(state, trigger) is wanted


@pytest.mark.parametrize(("state", "trigger"), list(product(FactState, FactTrigger)))
def test_given_a_fact_for_the_province_when_it_is_triggered_then_only_the_tables_steps_exist(
    state: FactState, trigger: FactTrigger
) -> None:
    wanted = FACT_STEPS.get((state, trigger))

    assert FACT_LIFECYCLE.allows(state, trigger) is (wanted is not None)
    if wanted is not None:
        assert FACT_LIFECYCLE.next(state, trigger) is wanted


@pytest.mark.parametrize(("state", "status"), list(product(State, range(1, 11))))
def test_given_a_national_status_when_it_comes_then_it_triggers_what_the_law_says(
    state: State, status: int
) -> None:
    wanted = (
        State.WITHDRAWN if status in {3, 7, 8} else State.CLOSED if status == 10 else State.LIVING
    )

    if state is State.CLOSED and wanted is not State.CLOSED:
        with pytest.raises(DossierClosedError):
            trigger_of(state, status)
        return
    trigger = trigger_of(state, status)
    reached = state if trigger is None else LIFECYCLE.next(state, trigger)
    assert reached is wanted

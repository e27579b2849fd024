"""State machines as data."""

from enum import StrEnum
from itertools import product

import pytest

from shared.errors import Kind
from shared.lifecycle import IllegalStepError, Lifecycle, Step


class _Door(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    LOCKED = "locked"


class _Act(StrEnum):
    PUSH = "push"
    TURN_KEY = "turn_key"


_STEPS = (
    Step(_Door.OPEN, _Act.PUSH, _Door.CLOSED),
    Step(_Door.CLOSED, _Act.PUSH, _Door.OPEN),
    Step(_Door.CLOSED, _Act.TURN_KEY, _Door.LOCKED),
)
_LIFECYCLE = Lifecycle(initial=_Door.OPEN, steps=_STEPS)


@pytest.mark.parametrize(("state", "act"), list(product(_Door, _Act)))
def test_given_any_state_when_anything_happens_then_only_the_table_leads_on(
    state: _Door, act: _Act
) -> None:
    targets = [step.target for step in _STEPS if (step.source, step.trigger) == (state, act)]

    assert _LIFECYCLE.allows(state, act) is bool(targets)
    if targets:
        assert _LIFECYCLE.next(state, act) is targets[0]
    else:
        with pytest.raises(IllegalStepError) as caught:
            _LIFECYCLE.next(state, act)
        assert caught.value.kind is Kind.CONFLICT
        assert caught.value.extra == {"state": state, "trigger": act}


def test_given_two_targets_of_one_step_when_building_the_table_then_it_is_refused() -> None:
    steps = (*_STEPS, Step(_Door.OPEN, _Act.PUSH, _Door.LOCKED))

    with pytest.raises(ValueError, match="share"):
        Lifecycle(initial=_Door.OPEN, steps=steps)

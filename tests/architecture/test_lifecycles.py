"""Every life-cycle is whole: each state can be reached, each status of a table has its table."""

from enum import StrEnum
from typing import Any

import pytest

from shared.lifecycle import Lifecycle
from tests.architecture.lifecycles import all_lifecycles

_ALL = all_lifecycles()


def _members(one: StrEnum) -> list[StrEnum]:
    """Return all words of the enum that ``one`` belongs to."""
    return list(type(one))


@pytest.mark.parametrize("lifecycle", [each[2] for each in _ALL], ids=[each[1] for each in _ALL])
def test_given_a_lifecycle_when_followed_from_its_start_then_every_state_is_reached(
    lifecycle: Lifecycle[Any, Any],
) -> None:
    reached, before = {lifecycle.initial}, set[Any]()

    while reached != before:
        before = set(reached)
        reached |= {step.target for step in lifecycle.steps if step.source in before}

    assert reached == set(_members(lifecycle.initial))


@pytest.mark.parametrize("lifecycle", [each[2] for each in _ALL], ids=[each[1] for each in _ALL])
def test_given_a_lifecycle_when_its_triggers_are_listed_then_none_is_without_a_step(
    lifecycle: Lifecycle[Any, Any],
) -> None:
    triggers = {step.trigger for step in lifecycle.steps}

    assert triggers == set(_members(next(iter(triggers))))


def test_given_the_services_when_looking_for_their_lifecycles_then_each_has_its_own() -> None:
    owners = {package for package, _, _ in _ALL}

    assert owners == {"shared", "dossier", "fee", "payment_gateway", "receipt", "notifier", "ops"}

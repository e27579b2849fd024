"""State machines as data: a table of steps, and the only way to a next state."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from shared.errors import DomainError, Kind

S = TypeVar("S", bound=StrEnum)
T = TypeVar("T", bound=StrEnum)


class IllegalStepError(DomainError):
    """The present state does not allow this."""

    kind = Kind.CONFLICT
    code = "illegal-step"
    title = "Việc này không làm được ở trạng thái hiện tại"


@dataclass(frozen=True)
class Step(Generic[S, T]):
    """``trigger`` leads from ``source`` to ``target``."""

    source: S
    trigger: T
    target: S


class Lifecycle(Generic[S, T]):
    """All allowed steps of one kind of thing; a pair of (source, trigger) has one target."""

    def __init__(self, *, initial: S, steps: Iterable[Step[S, T]]) -> None:
        self.initial = initial
        self.steps = tuple(steps)
        self._targets = {(step.source, step.trigger): step.target for step in self.steps}
        if len(self._targets) != len(self.steps):
            raise ValueError("two steps share a source and a trigger")

    def allows(self, state: S, trigger: T) -> bool:
        """Tell whether ``trigger`` may happen in ``state``."""
        return (state, trigger) in self._targets

    def next(self, state: S, trigger: T) -> S:
        """Return the state after ``trigger``; raise IllegalStepError if there is no such step."""
        target = self._targets.get((state, trigger))
        if target is None:
            raise IllegalStepError(
                f"no step from {state} by {trigger}", state=state, trigger=trigger
            )
        return target

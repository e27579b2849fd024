"""The one interface behind which each channel has its folder (docs/channels.md).

``callback.py`` is pure and has ``listener(settings)``; ``client.py`` reaches the network and has
``client(settings)``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Literal, Protocol, runtime_checkable

from payment_gateway.domain.channels import Begun, Order, Standing
from payment_gateway.domain.monies import Credit, Failure
from payment_gateway.domain.refunds import Outcome as RefundOutcome
from payment_gateway.domain.refunds import RefundOrder


@dataclass(frozen=True)
class Call:
    """What a counterpart sent, as it came; ``headers`` by lower-case name."""

    query: bytes
    body: bytes
    headers: Mapping[str, str]
    at: datetime


@dataclass(frozen=True)
class Unusable:
    """Genuine, but not a message that we can act on; it is kept for a person."""

    reason_code: str


@dataclass(frozen=True)
class Pending:
    """Genuine, and not decided yet: neither money nor a failure."""


@dataclass(frozen=True)
class Forged:
    """Not signed by the counterpart: it is not money and changes nothing."""


Told = Credit | Failure | Pending | Unusable | Forged
"""What a counterpart said."""


class Outcome(Enum):
    """What came of a call; each channel says it in its own words."""

    ACCEPTED = auto()
    REPEATED = auto()
    """It told us before; nothing changed."""
    UNKNOWN_REFERENCE = auto()
    """No attempt of ours; money that came is kept all the same."""
    AMOUNT_DIFFERS = auto()
    """Not the attempt's amount; money that came is kept all the same."""
    UNREADABLE = auto()
    NOT_GENUINE = auto()


@dataclass(frozen=True)
class Answer:
    """What the counterpart hears back; ``content`` None is an empty body."""

    status: int
    content: Mapping[str, object] | None


class Listener(Protocol):
    """Hears a counterpart and answers in its dialect. Pure; any door may use it."""

    @property
    def method(self) -> Literal["GET", "POST"]:
        """Return how the counterpart calls ``/ipn/{channel}``."""

    def hear(self, call: Call) -> Told:
        """Return what a call says, once its signature is verified over what was received."""

    def answer(self, call: Call, outcome: Outcome) -> Answer:
        """Return the answer in the channel's dialect, signed where the dialect has it so."""


@runtime_checkable
class Refunder(Protocol):
    """A counterpart that gives money back when it is asked to (``REFUNDS_BY_CALL``).

    Both calls carry the order's key; silence, or an answer outside the protocol, is Undecided.
    """

    async def refund(self, order: RefundOrder, *, now: datetime) -> RefundOutcome:
        """Ask it to give the money back; the same key again gives back once."""

    async def ask_refund(self, order: RefundOrder, *, now: datetime) -> RefundOutcome:
        """Ask what became of it; NeverAsked where it has not heard of it."""


class ChannelClient(Protocol):
    """A counterpart as jobs call it. No transaction is open during a call.

    One that gives money back by itself is a Refunder too.

    Both calls carry our reference, which is the counterpart's key: repeating one changes nothing.
    """

    async def begin(self, order: Order, *, now: datetime) -> Begun:
        """Ask it to take the money; raise ChannelUnavailableError if it does not answer."""

    async def ask(self, order: Order, *, now: datetime) -> Standing:
        """Ask what became of it; silence is NotKnownYet, never a failure."""

    async def close(self) -> None:
        """Close the connections."""

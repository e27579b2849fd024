"""What every channel's client can do: the one interface behind which each has its folder."""

from datetime import datetime
from typing import Protocol

from payment_gateway.domain.channels import Begun, Order, Standing


class ChannelClient(Protocol):
    """A counterpart as jobs call it. No transaction is open during a call.

    Both calls carry our reference, which is the counterpart's key: repeating one changes nothing.
    """

    async def begin(self, order: Order, *, now: datetime) -> Begun:
        """Ask it to take the money; raise ChannelUnavailableError if it does not answer."""

    async def ask(self, order: Order, *, now: datetime) -> Standing:
        """Ask what became of it; silence is NotKnownYet, never a failure."""

    async def close(self) -> None:
        """Close the connections."""

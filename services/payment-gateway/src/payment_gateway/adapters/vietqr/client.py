"""A transfer begins on our own page and is told by the bank's feed: nothing is called."""

from datetime import datetime

from payment_gateway.adapters.links import Links
from payment_gateway.domain import vietqr
from payment_gateway.domain.channels import Begun, NotKnownYet, Order, Redirect, Refused, Standing
from payment_gateway.settings import Settings


class VietqrClient:
    """Sends payers to the page with the transfer's QR."""

    def __init__(self, links: Links) -> None:
        self._links = links

    async def begin(self, order: Order, *, now: datetime) -> Begun:  # noqa: ARG002 - of the interface
        """Return the address of our own page; refuse an account that no QR can name."""
        if not vietqr.is_reachable(order.payee.account):
            return Refused("vietqr-account")
        return Redirect(self._links.transfer_url(order.payable_id))

    async def ask(self, order: Order, *, now: datetime) -> Standing:  # noqa: ARG002 - of the interface
        """Return that nothing is known: a bank's feed cannot be asked."""
        return NotKnownYet()

    async def close(self) -> None:
        """Do nothing: there is no connection."""


def client(settings: Settings) -> VietqrClient:
    """Return who leads payers to the transfer."""
    return VietqrClient(Links(settings.link_key.get_secret_value(), settings.public_url))

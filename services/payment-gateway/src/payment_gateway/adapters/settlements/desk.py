"""What a run over a day brings along: who fetches files, and whose the accounts are."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from payment_gateway.adapters.catalogue import bank_names, read_catalogue
from payment_gateway.adapters.settlements.client import SettlementClient
from payment_gateway.domain.monies import Credit
from payment_gateway.domain.statements import Source
from payment_gateway.use_cases.reconciling import Missing, credit_of
from shared.contracts.parts import PaymentChannel


@dataclass(frozen=True)
class Desk:
    """The table at which files and books are laid side by side."""

    client: SettlementClient
    owners: Mapping[PaymentChannel, str]
    """The agency of each channel's merchant account."""

    @property
    def channels(self) -> tuple[PaymentChannel, ...]:
        """Return the channels whose days are closed."""
        return tuple(self.owners)

    def told_by_statement(self, channel: PaymentChannel, missing: Missing) -> Credit | None:
        """Return the money of a line where the bank's own statement is all that can be asked.

        A file that a person handed in is not the bank's word: it never becomes money by itself.
        """
        if channel not in _TRANSFERS or missing.source is not Source.BANK:
            return None
        credit = credit_of(missing.line, channel, owner=self.owners[channel])
        return replace(credit, bank_name=bank_names().get(credit.bank_code or ""))


_TRANSFERS: Final = frozenset(each.code for each in read_catalogue() if each.is_transfer)

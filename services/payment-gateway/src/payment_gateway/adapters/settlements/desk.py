"""What a run over a day brings along: who fetches files, who reads them, whose the accounts are."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from payment_gateway.adapters.catalogue import bank_names, read_catalogue
from payment_gateway.adapters.folders import readers
from payment_gateway.adapters.settlements.client import SettlementClient
from payment_gateway.domain.monies import Credit
from payment_gateway.domain.statements import (
    FileFault,
    Sheet,
    Source,
    StatementUnusableError,
)
from payment_gateway.settings import Settings
from payment_gateway.use_cases.reconciling import WITHOUT_FILE, Missing, credit_of
from payment_gateway.use_cases.statements import Came
from shared.contracts.parts import PaymentChannel

RECONCILE: Final = "reconcile-day"
"""Name of the job."""


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


def owners_of(settings: Settings) -> Mapping[PaymentChannel, str]:
    """Return the agency of each channel's merchant account, and who keeps the cash books."""
    owned = {each.code: settings.agency_of(each.code.value) for each in read_catalogue()}
    return {**owned, **dict.fromkeys(WITHOUT_FILE, settings.npsp_agency)}


def read_file(channel: PaymentChannel, day_on: date, raw: bytes) -> Sheet | FileFault:
    """Return what is read of a file, or why it is not believed."""
    try:
        return readers()[channel](raw, day_on)
    except StatementUnusableError as error:
        return error.fault


def fetched(channel: PaymentChannel, day_on: date, raw: bytes) -> Came:
    """Return a file that we fetched."""
    return Came(channel, day_on, Source.BANK, None, raw, read_file(channel, day_on, raw))


def handed_in(channel: PaymentChannel, day_on: date, raw: bytes, *, by: str) -> Came:
    """Return a file that an accountant handed in."""
    return Came(channel, day_on, Source.PERSON, by, raw, read_file(channel, day_on, raw))

"""A file as it comes, read by its channel's reader; and whose the merchant accounts are. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from payment_gateway.adapters.catalogue import read_catalogue
from payment_gateway.adapters.folders import readers
from payment_gateway.domain.statements import (
    FileFault,
    Sheet,
    Source,
    StatementUnusableError,
)
from payment_gateway.settings import Settings
from payment_gateway.use_cases.reconciling import WITHOUT_FILE
from payment_gateway.use_cases.statements import Came
from shared.contracts.parts import PaymentChannel

RECONCILE: Final = "reconcile-day"
"""Name of the job."""


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

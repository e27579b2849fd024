"""Each channel's folder, found by the code in its row of channels.csv."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from importlib import import_module
from typing import Final, cast

from payment_gateway.adapters.catalogue import read_catalogue
from payment_gateway.adapters.channel import ChannelClient, Listener
from payment_gateway.domain.statements import Sheet
from payment_gateway.settings import Settings
from shared.contracts.parts import PaymentChannel

_HERE: Final = "payment_gateway.adapters"

ReadFile = Callable[[bytes, date], Sheet]
"""Reads a channel's settlement file of one day; raises StatementUnusableError."""


@lru_cache(maxsize=8)
def listeners(settings: Settings) -> Mapping[str, Listener]:
    """Return who hears ``/ipn/{channel}``, by the channel's code. Loads pure modules only."""
    return {
        channel.code.value: cast(
            "Listener", import_module(f"{_HERE}.{channel.code}.callback").listener(settings)
        )
        for channel in read_catalogue()
    }


def clients(settings: Settings) -> Mapping[PaymentChannel, ChannelClient]:
    """Return who calls each counterpart, for the jobs."""
    return {
        channel.code: cast(
            "ChannelClient", import_module(f"{_HERE}.{channel.code}.client").client(settings)
        )
        for channel in read_catalogue()
    }


@lru_cache(maxsize=1)
def readers() -> Mapping[PaymentChannel, ReadFile]:
    """Return who reads each channel's settlement file. Loads pure modules only."""
    return {
        channel.code: cast("ReadFile", import_module(f"{_HERE}.{channel.code}.settlement").read)
        for channel in read_catalogue()
    }

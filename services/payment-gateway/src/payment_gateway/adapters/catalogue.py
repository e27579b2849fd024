"""Channels and banks as the package's data files list them: to add one is to add a row."""

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from payment_gateway.domain.channels import Bank, ChannelInfo
from shared.contracts.parts import PaymentChannel


def read_catalogue() -> tuple[ChannelInfo, ...]:
    """Return the channels of channels.csv, each with the banks of banks.csv that it reaches."""
    banks = tuple(_rows("banks.csv"))
    return tuple(
        ChannelInfo(
            code=PaymentChannel(row["code"]),
            name=row["name"],
            kind=row["kind"],
            min_vnd=int(row["min_vnd"]),
            max_vnd=int(row["max_vnd"]),
            banks=tuple(_bank(bank) for bank in banks if row["reaches"] in _channels(bank)),
        )
        for row in _rows("channels.csv")
    )


@cache
def bank_names() -> Mapping[str, str]:
    """Return the short name of every bank and wallet by its code."""
    return {bank.code: bank.name for bank in map(_bank, _rows("banks.csv"))}


def slug(name: str) -> str:
    """Return a wallet's code: its name in plain lower-case letters and hyphens."""
    letters = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    plain = letters.encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _bank(row: dict[str, str]) -> Bank:
    name = row["short_name"]
    return Bank(row["bin"] or slug(name), name, row["full_name"], row["kind"], row["mark"])


def _channels(row: dict[str, str]) -> list[str]:
    return row["channel_codes"].split(";")


def _rows(name: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(_text_of(name).splitlines())


def _text_of(name: str) -> str:
    return (files("payment_gateway") / "data" / name).read_text(encoding="utf-8")

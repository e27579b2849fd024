"""Whom a receipt names as the payer (người nộp), and who may look it up."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from receipt.domain.names import printable
from shared.contracts.party import PartyStated, Person

NOT_RECORDED: Final = "(không ghi)"
"""Stands where no payer was known when the file was made."""

NAME_LIMIT: Final = 300
ADDRESS_LIMIT: Final = 500

_LAST_DIGITS: Final = 4


@dataclass(frozen=True)
class Payer:
    """The payer as printed: copied when the number is given, never looked up again."""

    name: str
    address: str | None = None
    tax_code: str | None = None


@dataclass(frozen=True)
class Party:
    """What is kept of a dossier's people: to print, and to recognise them when they ask."""

    payer: Payer
    id_numbers: tuple[str, ...]
    phone_endings: tuple[str, ...]
    """The last four digits, which is all that a look-up asks for."""


def party_of(stated: PartyStated) -> Party:
    """Return what we keep of ``stated``, made printable."""
    people = (stated.payer, stated.owner)
    return Party(
        payer=_payer(stated.payer),
        id_numbers=_known(person.id_number for person in people),
        phone_endings=_known(_ending(person.phone or "") for person in people),
    )


def knows_phone(phone_endings: Iterable[str], typed: str) -> bool:
    """Tell whether ``typed`` is the end of one of the phones; each is compared in equal time."""
    digits = _digits(typed).encode()
    matches = [hmac.compare_digest(ending.encode(), digits) for ending in phone_endings]
    return any(matches)


def _payer(person: Person) -> Payer:
    address = printable(person.address or "", limit=ADDRESS_LIMIT)
    return Payer(
        name=printable(person.name, limit=NAME_LIMIT) or NOT_RECORDED,
        address=address or None,
        tax_code=printable(person.tax_code or "", limit=20) or None,
    )


def _known(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(sorted({value for value in values if value}))


def _ending(phone: str) -> str | None:
    digits = _digits(phone)
    return digits[-_LAST_DIGITS:] if len(digits) >= _LAST_DIGITS else None


def _digits(text: str) -> str:
    return "".join(character for character in text if character in "0123456789")

"""Values in the province's messages: strict, with a reason that the province can act on."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from shared.contracts.envelope import CODE_PATTERN
from shared.days import vietnam_day
from shared.dossier_code import InvalidDossierCodeError, parse_dossier_code
from shared.money import MAX_VND

FIRST_YEAR: Final = 1990
LAST_YEAR: Final = 2099
"""Outside these a date is a slip of the keyboard, and near the ends of time arithmetic fails."""

MAX_LINES: Final = 50
MAX_QUANTITY: Final = 100_000
MAX_PARTS: Final = 1_000

AGENCY_PATTERN: Final = r"^[0-9A-Z](\.?[0-9A-Z]){0,34}$"
"""An agency's electronic id (QĐ 20/2020/QĐ-TTg)."""

_DATE_TIME: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?"
)
_UNPRINTABLE: Final = frozenset({"Cc", "Cs", "Cn", "Co"})
_TURNS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They turn the reading of what follows: no name needs them, and a receipt would be misread."""
_INVISIBLE: Final = "Cf"
"""Soft hyphens, zero-width spaces, marks of byte order: pasted by accident, left out."""
_MOST_MARKS: Final = 4
"""Marks on one letter after composition; no script here has more."""


def _text(value: str) -> str:
    """Compose accents as one character each, trim, leave out what is invisible.

    Refused is what no database can hold and no page can show as it was meant.
    """
    composed = unicodedata.normalize("NFC", value.replace("\n", " ").replace("\t", " "))
    kinds = [unicodedata.category(character) for character in composed]
    if not _UNPRINTABLE.isdisjoint(kinds) or not _TURNS.isdisjoint(composed) or _is_flood(kinds):
        raise PydanticCustomError("text-unreadable", "a character that cannot be shown")
    seen = [char for char, kind in zip(composed, kinds, strict=True) if kind != _INVISIBLE]
    return "".join(seen).strip()


def _is_flood(kinds: Sequence[str]) -> bool:
    """Tell whether more marks stand on one letter than any script has."""
    longest = max((len(list(run)) for kind, run in groupby(kinds) if kind == "Mn"), default=0)
    return longest > _MOST_MARKS


def _required(value: str) -> str:
    if not value:
        raise PydanticCustomError("field-missing", "empty")
    return value


def _blank_is_absent(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _instant(value: object) -> datetime:
    """Return the instant of an ISO 8601 text; it must name its offset, or the day is a guess."""
    if not isinstance(value, str):
        raise PydanticCustomError("date-expected", "not a text in the form of ISO 8601")
    match = _DATE_TIME.fullmatch(value.strip())
    if match is None:
        raise PydanticCustomError("impossible-date", "not in the form of ISO 8601")
    if match.group(3) is None:
        raise PydanticCustomError("time-zone-missing", "no offset from UTC")
    try:
        instant = datetime.fromisoformat(match.group())
        within = FIRST_YEAR <= instant.year <= LAST_YEAR
    except ValueError:
        within = False
    if not within:
        raise PydanticCustomError("impossible-date", "no such instant")
    return instant.astimezone(UTC)


def _day(value: object) -> date:
    """Return the day of a text ``2026-11-22``; the day of an instant is that of Vietnam."""
    if not isinstance(value, str):
        raise PydanticCustomError("date-expected", "not a text in the form of ISO 8601")
    if _DATE_TIME.fullmatch(value.strip()) is not None:
        return vietnam_day(_instant(value))
    try:
        day = date.fromisoformat(value.strip())
    except ValueError as error:
        raise PydanticCustomError("impossible-date", "no such day") from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise PydanticCustomError("impossible-date", "no such day")
    return day


def _status(value: object) -> int:
    known = {str(number): number for number in range(1, 11)}
    status = known.get(str(value)) if isinstance(value, str | int) else None
    if status is None or isinstance(value, bool):
        raise PydanticCustomError("unknown-status", "not a national status 1 to 10")
    return status


def _dossier_code(value: str) -> str:
    try:
        return parse_dossier_code(value)
    except InvalidDossierCodeError as error:
        raise PydanticCustomError("dossier-code-invalid", "neither grammar") from error


def _agency_code(value: str) -> str:
    return unicodedata.normalize("NFKC", value).upper()


def _fact_id(value: object) -> UUID:
    try:
        return UUID(value) if isinstance(value, str) else UUID("")
    except ValueError as error:
        raise PydanticCustomError("code-invalid", "no id of a fact") from error


def _fee_kind(value: object) -> object:
    """A service price (survey, post) is invoiced, not receipted: no fee of ours (domain.md 5)."""
    if value == "gia_dich_vu":
        raise PydanticCustomError("service-price", "a service price is no fee")
    return value


def _zero_is_unstated(value: int | None) -> int | None:
    """A price of 0 in such data is a placeholder, never an exemption."""
    return value or None


def _price(value: int | None) -> int | None:
    if value is not None and value < 0:
        raise PydanticCustomError("negative-amount", "below zero")
    return value


_Clean = Annotated[str, AfterValidator(_text), AfterValidator(_required)]
Text = Annotated[_Clean, Field(max_length=500)]
PersonName = Annotated[_Clean, Field(max_length=300)]
OptionalText = Annotated[Text | None, BeforeValidator(_blank_is_absent)]
OptionalShort = Annotated[
    Annotated[_Clean, Field(max_length=30)] | None, BeforeValidator(_blank_is_absent)
]
OptionalTaxCode = Annotated[
    Annotated[_Clean, Field(max_length=20)] | None, BeforeValidator(_blank_is_absent)
]
OptionalEmail = Annotated[
    Annotated[_Clean, Field(max_length=254)] | None, BeforeValidator(_blank_is_absent)
]

Code = Annotated[_Clean, Field(pattern=CODE_PATTERN)]
OptionalCode = Annotated[Code | None, BeforeValidator(_blank_is_absent)]

DossierCode = Annotated[str, AfterValidator(_dossier_code)]
AgencyCode = Annotated[
    str,
    AfterValidator(_text),
    AfterValidator(_agency_code),
    AfterValidator(_required),
    Field(pattern=AGENCY_PATTERN, max_length=35),
]
FactId = Annotated[UUID, BeforeValidator(_fact_id)]
Status = Annotated[int, BeforeValidator(_status)]
Instant = Annotated[datetime, BeforeValidator(_instant)]
Day = Annotated[date, BeforeValidator(_day)]
Price = Annotated[
    Annotated[int, Field(strict=True, le=MAX_VND)] | None,
    AfterValidator(_price),
    AfterValidator(_zero_is_unstated),
]
FeeKindWord = Annotated[Literal["phi", "le_phi"], BeforeValidator(_fee_kind)]
Quantity = Annotated[int, Field(strict=True, ge=1, le=MAX_QUANTITY)]

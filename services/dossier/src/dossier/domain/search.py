"""How people look for a dossier: by code, part of a code, name or phone, tone marks or not."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from shared.dossier_code import InvalidDossierCodeError, parse_dossier_code

MAX_TYPED: Final = 200
"""More characters than any code, name or phone that people type."""
_MAX_WORDS: Final = 8
_MIN_PART: Final = 2
"""One character of a code would find nearly every dossier."""
_MIN_PHONE_PART: Final = 3

_WORD: Final = re.compile(r"[a-z0-9]+", re.ASCII)
_COUNTRY: Final = re.compile(r"^(?:\+|00)84")


@dataclass(frozen=True)
class Search:
    """What was typed, as the full-text search understands it.

    Each is a ``tsquery`` of prefixes made of ``[a-z0-9]`` alone, so it may be cast as it stands;
    None where what was typed cannot be one.
    """

    code: str | None
    """Part of a dossier code."""
    people: str | None
    """Words of a name, or digits of a phone."""
    exact_code: str | None
    """A whole dossier code, in its stored form."""


def toneless(text: str) -> str:
    """Return ``text`` in lower case without tone marks: ``Nguyễn Đức`` is ``nguyen duc``."""
    lowered = unicodedata.normalize("NFKC", text).lower().replace("đ", "d")
    decomposed = unicodedata.normalize("NFD", lowered)
    return "".join(c for c in decomposed if unicodedata.category(c) != "Mn")


def parse_search(typed: str) -> Search | None:
    """Return what ``typed`` asks for; None where it asks for nothing."""
    plain = toneless(typed[:MAX_TYPED])
    words = _WORD.findall(plain)[:_MAX_WORDS]
    if not words:
        return None
    return Search(
        code=_code_query("".join(words)),
        people=_people_query(plain, words),
        exact_code=_exact_code(typed),
    )


def code_tokens(dossier_code: str) -> list[str]:
    """Return every ending of the code, packed: a prefix of one is a part of the code."""
    compact = "".join(_WORD.findall(toneless(dossier_code)))
    return _endings(compact, _MIN_PART)


def people_tokens(names: Iterable[str], phones: Iterable[str]) -> list[str]:
    """Return the words of ``names`` without tone marks, and every ending of ``phones``."""
    tokens = {word for name in names for word in _WORD.findall(toneless(name))}
    for phone in phones:
        tokens.update(_endings(_digits_of(phone), _MIN_PHONE_PART))
    return sorted(tokens)


def _exact_code(typed: str) -> str | None:
    try:
        return parse_dossier_code(typed)
    except InvalidDossierCodeError:
        return None


def _code_query(compact: str) -> str | None:
    has_digit = any(character.isdigit() for character in compact)
    return f"'{compact}':*" if has_digit and len(compact) >= _MIN_PART else None


def _people_query(plain: str, words: list[str]) -> str:
    if all(word.isdigit() for word in words):
        return f"'{_digits_of(plain)}':*"
    return " & ".join(f"'{word}':*" for word in words)


def _digits_of(phone: str) -> str:
    """Return the digits of a phone as people dial it here: ``+84 900 …`` is ``0900…``."""
    packed = re.sub(r"[^0-9+]", "", phone)
    return _COUNTRY.sub("0", packed).replace("+", "")


def _endings(token: str, shortest: int) -> list[str]:
    return [token[start:] for start in range(len(token) - shortest + 1)]

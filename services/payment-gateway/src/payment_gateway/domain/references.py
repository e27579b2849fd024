"""Our own short reference of a payable: what a payer types, or a bank repeats, finds it again."""

import re
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U."""

_PREFIX: Final = "LP"
_LENGTH: Final = 9
_REFERENCE: Final = re.compile(rf"{_PREFIX}[{ALPHABET}]{{{_LENGTH + 1}}}")
_NOT_PLAIN: Final = re.compile(r"[^A-Z0-9]")
_LOOKALIKES: Final = str.maketrans({"I": "1", "L": "1", "O": "0"})
RANDOM_BITS: Final = 5 * _LENGTH


def make_reference(number: int) -> str:
    """Return ``LP``, nine characters of base 32 and a check character, for 0 ≤ number < 2^45."""
    digits = "".join(ALPHABET[(number >> shift) & 31] for shift in range(5 * (_LENGTH - 1), -1, -5))
    return f"{_PREFIX}{digits}{_check(digits)}"


def read_reference(text: str) -> str | None:
    """Return the reference in ``text`` as a payer or a bank wrote it; None if it holds none.

    Spaces, signs and case do not matter, and I, L, O are read as 1, 1, 0 (domain.md 8). One wrong
    character is noticed always, two neighbours exchanged nearly always.
    """
    plain = _NOT_PLAIN.sub("", text.upper())
    start = plain.find(_PREFIX)
    while start >= 0:
        body = plain[start + 2 : start + 3 + _LENGTH].translate(_LOOKALIKES)
        candidate = _PREFIX + body
        if _REFERENCE.fullmatch(candidate) and _check(body[:-1]) == body[-1]:
            return candidate
        start = plain.find(_PREFIX, start + 1)
    return None


def _check(digits: str) -> str:
    # Weights are odd, so each is invertible modulo 32: one wrong character always shows. Sums of
    # neighbours' weights differ by 2, so most exchanged neighbours show too.
    total = sum((2 * place + 1) * ALPHABET.index(digit) for place, digit in enumerate(digits))
    return ALPHABET[total % 32]

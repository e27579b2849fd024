"""Text of people, made safe to print: what the screen or the paper shows is what was meant."""

import re
import unicodedata
from typing import Final

_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Unicode categories that print nothing or turn the line around: controls, bidi, zero width."""

_COMBINING: Final = frozenset({"Mn", "Me"})
_MARKS: Final = 2
"""A Vietnamese letter carries at most two marks; a flood of them would cover other lines."""

_SPACES: Final = re.compile(r"\s+")


def printable(text: str, *, limit: int) -> str:
    """Return ``text`` composed (NFC), on one line, all of it visible, cut at ``limit``."""
    composed = unicodedata.normalize("NFC", text[: 4 * limit])
    shown = " ".join(_SPACES.split(_visible(composed))).strip()
    return shown if len(shown) <= limit else f"{shown[: limit - 1].rstrip()}…"


def _visible(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in _COMBINING else 0
        if character.isspace():
            kept.append(" ")
        elif category not in _INVISIBLE and marks <= _MARKS:
            kept.append(character)
    return "".join(kept)

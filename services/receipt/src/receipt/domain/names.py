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

_PLAIN: Final = re.compile("[ -~\u00c0-\u024f\u1e00-\u1eff]*")
"""Composed letters that are left as they are, as nearly every text here has: nothing to look at."""

_IN_THE_FONTS: Final = re.compile(
    "[ -~\u00a1-\u024f\u0300-\u0377\u037a-\u03e1\u03f0-\u052f\u1e00-\u1fff"
    "\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2100-\u215f]+"
)
"""Latin, Greek, Cyrillic, their marks and signs: what the paper's two fonts have glyphs for. A
font that another machine happens to have would print other bytes, or nothing where a name stood."""


def printable(text: str, *, limit: int) -> str:
    """Return ``text`` composed (NFC), on one line, all of it visible, cut at ``limit``.

    What the paper's fonts cannot show stands as its code, ``[U+4F60]``: legible to whoever must
    know, and never a blank that looks as if nobody was named.
    """
    if len(text) <= limit and _PLAIN.fullmatch(text):
        return " ".join(text.split())
    seen = "".join(_visible(text[: 4 * limit]))
    shown = " ".join(_SPACES.split(_legible(seen))).strip()
    return shown if len(shown) <= limit else f"{shown[: limit - 1].rstrip()}…"


def _visible(text: str) -> list[str]:
    return [
        " " if character.isspace() else character
        for character in text
        if character.isspace() or unicodedata.category(character) not in _INVISIBLE
    ]


def _legible(text: str) -> str:
    """Return ``text`` in letters that the fonts have, with no more marks than a letter carries."""
    composed = unicodedata.normalize("NFC", text)
    spelt = unicodedata.normalize("NFC", "".join(map(_spelt, composed)))
    kept: list[str] = []
    marks = 0
    for character in spelt:
        marks = marks + 1 if unicodedata.category(character) in _COMBINING else 0
        if marks <= _MARKS:
            kept.append(character)
    return "".join(kept)


def _spelt(character: str) -> str:
    """Return ``character``, or its plain letters (Ⅱ is II), or its code."""
    for spelling in (character, unicodedata.normalize("NFKC", character)):
        if _IN_THE_FONTS.fullmatch(spelling):
            return spelling
    return f"[U+{ord(character):04X}]"

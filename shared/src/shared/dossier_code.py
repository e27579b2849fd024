"""Dossier codes (số hồ sơ): both grammars in force, read tolerantly from what people type."""

import re
import unicodedata
from datetime import date
from typing import Final

from shared.errors import DomainError, Kind

LEGACY: Final = re.compile(r"\d{3}\.\d{2}\.\d{2}\.[A-Y]\d{2}-(\d{6})-\d{4}", re.ASCII)
PRESENT: Final = re.compile(r"[A-Y]\d{2}(?:\.\d{2,3}){1,3}-(\d{6})-(\d{4,})", re.ASCII)
USUAL_DIGITS: Final = 7
"""Digits of the longest ordinal in use; the law sets no bound (TT 04/2025/TT-VPCP)."""

_DASHES: Final = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣－", "-"))  # noqa: RUF001 - the dashes that word processors make
_IGNORED: Final = re.compile(
    "[\\s\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"  # What chats and PDFs hide.
)
_SOFT_HYPHEN: Final = "\u00ad"
_MAX_TYPED: Final = 200


class InvalidDossierCodeError(DomainError):
    """What was typed is no dossier code."""

    kind = Kind.INVALID
    code = "dossier-code-invalid"
    title = "Số hồ sơ chưa đúng"


class _Bound:
    """How many digits an ordinal may have in this process."""

    digits = USUAL_DIGITS


def allow_ordinals(digits: int) -> None:
    """Set how many digits an ordinal may have; called once, where the settings are read."""
    _Bound.digits = digits


def parse_dossier_code(text: str) -> str:
    """Return the code in its stored form; raise InvalidDossierCodeError if ``text`` holds none.

    Accepts lower case, full-width letters and digits, any dash, spaces anywhere, and the Enter of
    a barcode reader. Never gives a meaning to the prefix. Source: TT 01/2018/TT-VPCP Điều 19; QĐ
    20/2020/QĐ-TTg; TT 03/2025 and TT 04/2025/TT-VPCP.
    """
    if len(text) > _MAX_TYPED:
        raise InvalidDossierCodeError("too long for a dossier code")
    for soft in ("-", ""):  # A PDF's hyphen comes out as a soft one; elsewhere it is only a hint.
        code = _plain(text.replace(_SOFT_HYPHEN, soft))
        if _is_code(code):
            return code
    raise InvalidDossierCodeError("neither of the two grammars of dossier codes")


def _plain(text: str) -> str:
    composed = unicodedata.normalize("NFKC", text.translate(_DASHES)).translate(_DASHES)
    return _IGNORED.sub("", composed).upper()


def _is_code(code: str) -> bool:
    if match := LEGACY.fullmatch(code):
        return _is_date(match.group(1))
    match = PRESENT.fullmatch(code)
    return match is not None and _is_date(match.group(1)) and len(match.group(2)) <= _Bound.digits


def _is_date(digits: str) -> bool:
    try:
        date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:]))
    except ValueError:
        return False
    return True

"""Dossier codes (số hồ sơ): both grammars in force, read tolerantly from what people type."""

import re
import unicodedata
from datetime import date
from typing import Final

from shared.errors import DomainError, Kind

LEGACY: Final = re.compile(r"\d{3}\.\d{2}\.\d{2}\.[A-Y]\d{2}-(\d{6})-\d{4}", re.ASCII)
PRESENT: Final = re.compile(r"[A-Y]\d{2}(?:\.\d{2,3}){1,3}-(\d{6})-\d{4,7}", re.ASCII)
_DASHES: Final = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣－", "-"))  # noqa: RUF001 - the dashes that word processors make
_IGNORED: Final = re.compile(r"[\s\u200b-\u200d\u2060\ufeff]")
_MAX_TYPED: Final = 200


class InvalidDossierCodeError(DomainError):
    """What was typed is no dossier code."""

    kind = Kind.INVALID
    code = "dossier-code-invalid"
    title = "Số hồ sơ chưa đúng"


def parse_dossier_code(text: str) -> str:
    """Return the code in its stored form; raise InvalidDossierCodeError if ``text`` holds none.

    Accepts lower case, full-width letters and digits, any dash, and spaces anywhere. Never gives a
    meaning to the prefix. Source: TT 01/2018/TT-VPCP Điều 19; QĐ 20/2020/QĐ-TTg; TT 03/2025 and
    TT 04/2025/TT-VPCP.
    """
    if len(text) > _MAX_TYPED:
        raise InvalidDossierCodeError("too long for a dossier code")
    plain = unicodedata.normalize("NFKC", text.translate(_DASHES)).translate(_DASHES)
    code = _IGNORED.sub("", plain).upper()
    match = LEGACY.fullmatch(code) or PRESENT.fullmatch(code)
    if match is None or not _is_date(match.group(1)):
        raise InvalidDossierCodeError("neither of the two grammars of dossier codes")
    return code


def _is_date(digits: str) -> bool:
    try:
        date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:]))
    except ValueError:
        return False
    return True

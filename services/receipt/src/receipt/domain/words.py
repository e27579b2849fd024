"""An amount in words (số tiền bằng chữ), as every receipt states it (NĐ 254/2026 Điều 23.2đ).

House style of domain.md 10, fixed when the receipt is issued: linh, tư, nghìn, tỷ, no "chẵn".
"""

from functools import lru_cache
from typing import Final

from receipt.domain.errors import AmountNotWordableError
from shared.money import MAX_VND

_DIGITS: Final = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_SCALES: Final = ("", " nghìn", " triệu")
_AFTER_ANY_TEN: Final = {5: "lăm"}
_AFTER_MANY_TENS: Final = {1: "mốt", 4: "tư"}
_BILLION: Final = 10**9


@lru_cache(maxsize=4096)  # Receipts are many, fees are few.
def amount_in_words(amount_vnd: int) -> str:
    """Return ``amount_vnd`` in words: 1005 is ``Một nghìn không trăm linh năm đồng``.

    Covers 0 to below 10¹⁵; raises AmountNotWordableError outside.
    """
    if not 0 <= amount_vnd <= MAX_VND:
        raise AmountNotWordableError(amount_vnd)
    words = _number(amount_vnd)
    return f"{words[0].upper()}{words[1:]} đồng"


def _number(value: int) -> str:
    billions, rest = divmod(value, _BILLION)
    parts = [f"{_number(billions)} tỷ"] if billions else []
    for place in (2, 1, 0):
        group = rest // 1000**place % 1000
        if group:
            parts.append(_group(group, leading=not parts) + _SCALES[place])
    return " ".join(parts) or _DIGITS[0]


def _group(value: int, *, leading: bool) -> str:
    hundreds, below = divmod(value, 100)
    spoken = [] if leading and not hundreds else [f"{_DIGITS[hundreds]} trăm"]
    if below:
        spoken.append(_below_hundred(below, after_hundreds=bool(spoken)))
    return " ".join(spoken)


def _below_hundred(value: int, *, after_hundreds: bool) -> str:
    tens, unit = divmod(value, 10)
    if not tens:
        return f"linh {_DIGITS[unit]}" if after_hundreds else _DIGITS[unit]
    spoken = "mười" if tens == 1 else f"{_DIGITS[tens]} mươi"
    return f"{spoken} {_unit(unit, after_many=tens > 1)}" if unit else spoken


def _unit(unit: int, *, after_many: bool) -> str:
    if unit in _AFTER_ANY_TEN:
        return _AFTER_ANY_TEN[unit]
    return _AFTER_MANY_TENS.get(unit, _DIGITS[unit]) if after_many else _DIGITS[unit]

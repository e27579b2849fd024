"""Integer đồng: the type of every amount, and how people read it."""

from typing import Annotated, Final

from pydantic import Field

MAX_VND: Final = 10**15 - 1
"""The largest amount that our wording of amounts covers (domain.md 10)."""

Vnd = Annotated[int, Field(strict=True, ge=0, le=MAX_VND)]
"""An amount in đồng, zero included; ``150000.0`` and ``"150000"`` are refused."""

PositiveVnd = Annotated[int, Field(strict=True, gt=0, le=MAX_VND)]
"""An amount in đồng above zero."""


def grouped(amount_vnd: int) -> str:
    """Return the digits in Vietnamese groups: 135000 is ``135.000``."""
    return f"{amount_vnd:,}".replace(",", ".")

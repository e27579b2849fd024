"""Which fees go back, by the fee's own law (domain: hoàn phí); decided fee by fee.

A technical refund (twice, too much, too late, unknown) is not asked: it is no fee.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from payment_gateway.domain.errors import RefundForbiddenError
from shared.contracts.money import RefundReason


@dataclass(frozen=True)
class Rule:
    """What one act says of the fees whose code begins with ``prefix``."""

    prefix: str
    reasons: frozenset[RefundReason]
    """Where it goes back."""
    source: str


_WRONGLY_ASSESSED: Final = frozenset({RefundReason.ASSESSED_LESS})
"""What was assessed too high was never due: that part goes back whatever the fee is."""

RULES: Final = (
    Rule(
        "LP-HOCHIEU",
        _WRONGLY_ASSESSED | {RefundReason.NOT_ACCEPTED},
        "TT 25/2021/TT-BTC Điều 6.3",
    ),
    Rule(
        "PHI-THITHUC",
        _WRONGLY_ASSESSED,
        "TT 25/2021/TT-BTC Điều 6.3",
    ),
    Rule("PHI-LANHSU", _WRONGLY_ASSESSED, "TT 264/2016/TT-BTC"),
    Rule("LP-LANHSU", _WRONGLY_ASSESSED, "TT 264/2016/TT-BTC"),
    Rule(
        "PHI-THAMDINH-PHIM",
        _WRONGLY_ASSESSED | {RefundReason.NOT_ACCEPTED},
        "TT 289/2016/TT-BTC Điều 4.5",
    ),
)


def rule_of(fee_code: str) -> Rule | None:
    """Return the rule of a fee; None: the receiving agency decides case by case."""
    return next((rule for rule in RULES if fee_code.startswith(rule.prefix)), None)


def require_allowed(fee_codes: Sequence[str], reason: RefundReason) -> None:
    """Raise RefundForbiddenError where the law of one of the fees does not give it back."""
    for fee_code in fee_codes:
        rule = rule_of(fee_code)
        if rule is not None and reason not in rule.reasons:
            raise RefundForbiddenError(fee_code, rule.prefix, rule.source)

"""What a play remembers from look to look: states, and the fold of all facts that were said."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.payment_gateway.machine.look import Row


@dataclass
class Memory:
    """What stood before: states, the fold of all facts, the ledger's digest."""

    states: dict[str, str] = field(default_factory=dict)
    booked: list[Any] | None = None
    sequences: Counter[str] = field(default_factory=Counter)
    fact_ids: set[str] = field(default_factory=set)
    settled: dict[str, Row] = field(default_factory=dict)
    due: dict[str, Row] = field(default_factory=dict)
    """Payment → its last PaymentRequested or PaymentAmended."""
    ended: dict[str, str] = field(default_factory=dict)
    """Attempt → how it ended, as said."""
    closed: set[str] = field(default_factory=set)
    unmatched: dict[str, Row] = field(default_factory=dict)
    matched: dict[str, Row] = field(default_factory=dict)
    given: dict[str, Row] = field(default_factory=dict)
    """Refund → its RefundSettled."""
    cases: dict[str, str] = field(default_factory=dict)
    """Case → how it ended, as said; "" while it is open."""
    tills: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Till → float, books, count and cash handed over, as said so far."""
    proposed: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))

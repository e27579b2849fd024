"""P2 (a): payables opened per second, beside a bare insert of exactly the rows that this stores."""

from typing import Final

from payment_gateway.handlers import SUBSCRIPTIONS
from shared.contracts.fee import FeeAssessed
from tests.bench import polls
from tests.bench.figures import Limit, Name, Result
from tests.bench.polls import Heard
from tests.bench.scratch import Bench, an_assessment

P2A: Final = Name("P2a", "payables opened/s", "", "rows.py", Limit(must=0.25, aim=0.50))

OPENING: Final = Heard(
    name=P2A,
    package="payment_gateway",
    consumer="payment-gateway",
    subscriptions=SUBSCRIPTIONS,
    event=FeeAssessed,
    fact=lambda number: an_assessment(f"H34.10-261124-{number:07}"),
    written={"payable": "dossier_code = ANY($1::text[])"},
    conflicts={},
)


async def measure(bench: Bench, *, pairs: int) -> Result:
    """Return the line of P2 (a)."""
    return await polls.measure(bench, OPENING, pairs=pairs, prepare=None)

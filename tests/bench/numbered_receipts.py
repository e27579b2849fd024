"""P3: receipts numbered per second in one series, beside a bare statement of the same rows."""

from typing import Final

import asyncpg

from receipt.handlers import subscriptions
from shared.contracts.payment import PaymentSettled
from tests.bench import polls
from tests.bench.figures import Limit, Name, Result
from tests.bench.polls import Heard
from tests.bench.scratch import Bench
from tests.receipt.builders import a_line, a_payment

P3: Final = Name("P3", "receipts numbered/s", "", "rows.py", Limit(must=0.25, aim=0.50))
_AMOUNT_VND: Final = 135_000
_CODE: Final = "H34.10-261124-{:07}"
_OF_POLL: Final = "SELECT id FROM receipt WHERE dossier_code = ANY($1::text[])"
_PARTIES: Final = """
INSERT INTO party (dossier_code, sequence, payer, id_numbers, phone_endings)
SELECT 'H34.10-261124-' || lpad(g::text, 7, '0'), 1,
       '{"name": "Nguyễn Thị Minh Họa", "address": "12 Phan Đình Phùng", "tax_code": null}',
       '{062090000001}', '{3456}' FROM generate_series(0, $1::bigint - 1) g
"""


def _payment(number: int) -> PaymentSettled:
    return a_payment(a_line(amount_vnd=_AMOUNT_VND), dossier_code=_CODE.format(number))


NUMBERING: Final = Heard(
    name=P3,
    package="receipt",
    consumer="receipt",
    subscriptions=subscriptions("http://localhost:8080"),
    event=PaymentSettled,
    fact=_payment,
    written={
        "series": f"id IN (SELECT series_id FROM receipt WHERE id IN ({_OF_POLL}))",  # noqa: S608 - constants
        "receipt": "dossier_code = ANY($1::text[])",
        "receipt_file": f"receipt_id IN ({_OF_POLL})",
    },
    conflicts={
        "series": "ON CONFLICT (id) DO UPDATE SET last_number = excluded.last_number,"
        " last_issued_at = excluded.last_issued_at",
    },
)


async def know_payers(connection: asyncpg.Connection, count: int) -> None:
    """Have the payers of the first ``count`` dossiers known, as they are when money comes."""
    await connection.execute(_PARTIES, count)


async def measure(bench: Bench, *, pairs: int) -> Result:
    """Return the line of P3."""
    return await polls.measure(bench, NUMBERING, pairs=pairs, prepare=know_payers)

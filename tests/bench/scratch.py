"""A gateway's database full of payables whose payers are on the bank's page."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import asyncpg

from payment_gateway.handlers import open_payables
from shared.contracts.fee import FeeAssessed
from shared.db.database import Database
from tests.bench.load import AMOUNT_VND
from tests.contracts.examples import example_of
from tests.support.databases import Databases
from tests.support.facts import an_envelope
from tests.support.servers import Servers

_ATTEMPT: Final = """
INSERT INTO attempt (id, payable_id, ordinal, channel, reference, bank_code, amount_vnd, status,
  redirect_url, correlation_id, causation_id, calls, created_at)
SELECT gen_random_uuid(), id, 1, 'npsp', 'TEMPLATE', 'VCB', amount_vnd, 'redirected',
  'http://127.0.0.1/', gen_random_uuid(), gen_random_uuid(), 0, now() FROM payable WHERE id = $1
"""
_CLONE_PAYABLES: Final = """
INSERT INTO payable SELECT r.* FROM payable p, generate_series($1::bigint, $2::bigint) g,
 LATERAL jsonb_populate_record(p, jsonb_build_object('id', md5('p' || g)::uuid,
   'reference', 'LP' || lpad(g::text, 8, '0'),
   'dossier_code', 'H34.10-261124-' || lpad(g::text, 7, '0'))) r
 WHERE p.id = $3
"""
_CLONE_ATTEMPTS: Final = """
INSERT INTO attempt SELECT r.* FROM attempt a, generate_series($1::bigint, $2::bigint) g,
 LATERAL jsonb_populate_record(a, jsonb_build_object('id', md5('a' || g)::uuid,
   'payable_id', md5('p' || g)::uuid, 'reference', 'BENCH' || lpad(g::text, 7, '0'))) r
 WHERE a.reference = 'TEMPLATE'
"""
_SUBJECTS: Final = """
INSERT INTO outbox_subject (topic, subject, last_sequence)
 SELECT 'lephi.payment', 'H34.10-261124-' || lpad(g::text, 7, '0'), 2
 FROM generate_series($1::bigint, $2::bigint) g
"""


Tell = Callable[[str], None]


@dataclass(frozen=True)
class Bench:
    """Where is measured, and who is told how it goes."""

    servers: Servers
    databases: Databases
    tell: Tell


async def fill(database: Database, count: int, *, attempts: bool = True) -> None:
    """Open one payable as the product does, and copy it until there are ``count``.

    ``attempts``: the payers are on their bank's page.
    """
    async with database.transaction() as session:
        await open_payables(session, [an_envelope(an_assessment("H34.10-261124-0000000"))])
    connection = await asyncpg.connect(database.dsn, command_timeout=300)
    try:
        template: UUID = await connection.fetchval("SELECT id FROM payable")
        await connection.execute(_CLONE_PAYABLES, 1, count, template)
        if attempts:
            await connection.execute(_ATTEMPT, template)
            await connection.execute(_CLONE_ATTEMPTS, 1, count)
        await connection.execute(_SUBJECTS, 1, count)
        await connection.execute("DELETE FROM outbox")
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


def an_assessment(dossier_code: str) -> FeeAssessed:
    """Return an assessment of one fee line, made from the contract's own example."""
    data: dict[str, Any] = example_of(FeeAssessed).model_dump(mode="json")
    line = {**data["lines"][0], "exemption": None, "amount_vnd": AMOUNT_VND}
    line["steps"] = [{**line["steps"][0], "amount_vnd": AMOUNT_VND}]
    stated = {**data, "lines": [line], "total_vnd": AMOUNT_VND, "dossier_code": dossier_code}
    return FeeAssessed.model_validate_json(json.dumps(stated))

"""What must hold of this service's tables: I2, I3 and I5 of reliability.md."""

from tests.payment_gateway.conftest import Gateway
from tests.payment_gateway.refunding import ALWAYS_EMPTY


async def invariants(gateway: Gateway) -> None:
    """Where only payers acted: nothing is in dispute, and what must go back has its refund."""
    settled = """SELECT p.id FROM payable p WHERE p.applied_vnd <> CASE p.status
      WHEN 'settled' THEN p.amount_vnd ELSE 0 END OR p.applied_vnd <>
      (SELECT coalesce(sum(m.applied_vnd), 0) FROM money m WHERE m.payable_id = p.id)"""
    refunds = """SELECT m.id FROM money m WHERE m.problem IN ('late', 'duplicate', 'over')
      AND (SELECT count(*) FROM refund r WHERE r.money_id = m.id) <> 1"""
    for statement in (*ALWAYS_EMPTY, settled, refunds):
        assert await gateway.column(statement) == [], statement


async def sound(gateway: Gateway) -> None:
    """The same after whatever persons decided, and what the ledger says of loose money."""
    payables = """SELECT p.id FROM payable p WHERE p.applied_vnd <> CASE
      WHEN p.status IN ('settled', 'disputed') THEN p.amount_vnd ELSE 0 END OR p.applied_vnd <>
      (SELECT coalesce(sum(m.applied_vnd), 0) FROM money m WHERE m.payable_id = p.id)"""
    suspense = """SELECT k.problem FROM (VALUES ('short'), ('over'), ('duplicate'), ('late'),
      ('unknown'), ('wrong_payee')) k (problem) WHERE
      (SELECT coalesce(-sum(e.amount_vnd), 0) FROM ledger_entry e
       WHERE e.account = 'suspense/' || k.problem)
      <> (SELECT coalesce(sum(m.unmatched_vnd), 0) FROM money m WHERE m.problem = k.problem)"""
    named = """SELECT t.id FROM ledger_transaction t
      WHERE NOT EXISTS (SELECT FROM outbox o WHERE o.id = t.event_id)"""
    refunds = """SELECT m.id FROM money m WHERE m.problem IN ('late', 'duplicate', 'over')
      AND m.unmatched_vnd > 0 AND (SELECT count(*) FROM refund r WHERE r.money_id = m.id) <> 1"""
    for statement in (*ALWAYS_EMPTY, payables, suspense, named, refunds):
        assert await gateway.column(statement) == [], statement

"""How a till is booked: float out, cash in, differences seen, cash handed over (double entry)."""

from uuid import UUID

from payment_gateway.domain.ledger import Entries, receivable
from payment_gateway.domain.tills import Till
from shared.contracts.parts import PaymentChannel


def cash(till_id: UUID) -> str:
    """Return the account of what must lie in a till's drawer."""
    return f"cash/{till_id}"


def difference(till_id: UUID) -> str:
    """Return the account of what a till's counts missed or found: below 0 too much was there."""
    return f"till_difference/{till_id}"


def vault(agency_code: str) -> str:
    """Return the account of the cash that an agency's accountant keeps."""
    return f"vault/{agency_code}"


def entries_of_opening(till: Till) -> Entries:
    """Return how the float (tiền lẻ đầu ngày) leaves the vault for the drawer."""
    return _moved(vault(till.agency_code), cash(till.id), till.opening_vnd)


def entries_of_closing(till: Till, counted_vnd: int) -> Entries:
    """Return how the drawer is brought to what was counted."""
    return _moved(difference(till.id), cash(till.id), counted_vnd - till.expected_vnd)


def entries_of_hand_over(till: Till, handed_vnd: int) -> Entries:
    """Return how the counted cash reaches the vault, what is missing on the way included."""
    counted = till.counted_vnd or 0
    entries = {
        vault(till.agency_code): handed_vnd,
        cash(till.id): -counted,
        difference(till.id): counted - handed_vnd,
    }
    return {account: amount for account, amount in sorted(entries.items()) if amount}


def _moved(source: str, target: str, amount_vnd: int) -> Entries:
    return {source: -amount_vnd, target: amount_vnd} if amount_vnd else {}


def in_drawer(entries: Entries, till_id: UUID | None) -> Entries:
    """Return ``entries`` of a credit with cash in its drawer: no channel owes it to us."""
    if till_id is None:
        return entries
    owed = receivable(PaymentChannel.CASH)
    return {cash(till_id) if account == owed else account: vnd for account, vnd in entries.items()}

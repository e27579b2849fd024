"""Identifiers: UUIDv7 (RFC 9562 §5.7), made by us, ordered by time."""

from uuid import UUID

from uuid_utils import compat

from shared.outside import require_open


def new_id() -> UUID:
    """Return a new UUIDv7 of the standard library's class."""
    require_open("ids")
    return compat.uuid7()

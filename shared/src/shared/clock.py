"""The time now; only doors read it."""

from datetime import UTC, datetime

from shared.outside import require_open


def utc_now() -> datetime:
    """Return this instant, aware, in UTC."""
    require_open("clock")
    return datetime.now(UTC)

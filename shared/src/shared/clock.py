"""The time now; only doors read it."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return this instant, aware, in UTC."""
    return datetime.now(UTC)

"""Expected failures of ops."""

from uuid import UUID

from shared.errors import DomainError, Kind


class SchemaNotFoundError(DomainError):
    """The catalogue has no such event type or version."""

    kind = Kind.NOT_FOUND
    code = "schema-not-found"
    title = "Không có loại sự kiện này"


class EventNotFoundError(DomainError):
    """The archive has no event with this id."""

    kind = Kind.NOT_FOUND
    code = "event-not-found"
    title = "Không tìm thấy sự kiện này"

    def __init__(self, event_id: UUID) -> None:
        super().__init__(f"no archived event {event_id}")

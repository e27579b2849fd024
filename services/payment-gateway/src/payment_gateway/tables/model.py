"""What all tables of payment-gateway stand on."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import UserDefinedType

from shared.db.metadata import TYPE_MAP, new_metadata


def among(column: str, values: tuple[str, ...]) -> Any:  # noqa: ANN401 -- SQLAlchemy's text clause
    """Return the SQL condition that ``column`` is one of ``values``."""
    return text(f"{column} IN ({', '.join(repr(str(value)) for value in values)})")


class Xid8(UserDefinedType[str]):
    """PostgreSQL's 64-bit transaction id: seals cover rows by it."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Return the type's name in SQL."""
        return "xid8"


class Base(DeclarativeBase):
    """All tables of payment-gateway."""

    metadata = new_metadata()
    type_annotation_map = TYPE_MAP

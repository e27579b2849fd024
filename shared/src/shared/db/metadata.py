"""How tables are declared: one naming convention, one mapping of Python's types."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, Date, DateTime, Enum, LargeBinary, MetaData, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase

VIEW_SCHEMA: Final = "view"

_NAMES: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def _values(kind: type[StrEnum]) -> list[str]:
    return [member.value for member in kind]


TYPE_MAP: Final[dict[Any, Any]] = {
    int: BigInteger,
    str: Text,
    bytes: LargeBinary,
    UUID: Uuid,
    date: Date,
    datetime: DateTime(timezone=True),
    dict[str, Any]: JSONB,
    list[dict[str, Any]]: JSONB,
    list[str]: ARRAY(Text),
    StrEnum: Enum(StrEnum, native_enum=False, length=40, values_callable=_values),
}
"""``Mapped[…]`` to column types; a StrEnum is stored as the text of its value."""


def new_metadata(schema: str | None = None) -> MetaData:
    """Return the metadata of one service's tables."""
    return MetaData(naming_convention=_NAMES, schema=schema)


class MessagingBase(DeclarativeBase):
    """Tables that every service has: outbox, inbox, parked, sessions."""

    metadata = new_metadata()
    type_annotation_map = TYPE_MAP


class ViewBase(DeclarativeBase):
    """Tables of views: written by folds alone, made at start, never migrated."""

    metadata = new_metadata(VIEW_SCHEMA)
    type_annotation_map = TYPE_MAP

"""What all decision tables of receipt share."""

from sqlalchemy.orm import DeclarativeBase

from shared.db.metadata import TYPE_MAP, new_metadata


class Base(DeclarativeBase):
    """Tables of this service."""

    metadata = new_metadata()
    type_annotation_map = TYPE_MAP

"""The same rows once more, bare: what the product stored in one database goes into another.

One statement per poll; a column is one array, so nothing but PostgreSQL's own work is in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

_COLUMNS: Final = """
SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type FROM pg_attribute a
WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped
  AND a.attidentity = '' ORDER BY a.attnum
"""


@dataclass(frozen=True)
class Table:
    """One table: its columns with their types, and what happens to a row that is there."""

    name: str
    columns: Mapping[str, str]
    on_conflict: str = ""

    @property
    def selected(self) -> str:
        """Return the columns as they are read: JSON as its text."""
        return ", ".join(f"{n}::text" if t == "jsonb" else n for n, t in self.columns.items())

    def insert(self, first: int) -> str:
        """Return the statement whose parameters begin at ``first``."""
        types = ["text" if kind == "jsonb" else kind for kind in self.columns.values()]
        arrays = ", ".join(f"${first + n}::{kind}[]" for n, kind in enumerate(types))
        values = ", ".join(f"{n}::jsonb" if t == "jsonb" else n for n, t in self.columns.items())
        names = ", ".join(self.columns)
        return (
            f"INSERT INTO {self.name} ({names}) SELECT {values}"  # noqa: S608 - our own tables
            f" FROM unnest({arrays}) AS given ({names}) {self.on_conflict}"
        )


async def table_of(connection: asyncpg.Connection, name: str, on_conflict: str = "") -> Table:
    """Return the table ``name`` as the database knows it."""
    found = await connection.fetch(_COLUMNS, name)
    return Table(name, {row["name"]: row["type"] for row in found}, on_conflict)


def statement(tables: Sequence[Table]) -> str:
    """Return one statement that fills all ``tables``."""
    first, parts = 1, []
    for table in tables:
        parts.append(table.insert(first))
        first += len(table.columns)
    ctes = ", ".join(f"t{n} AS ({part})" for n, part in enumerate(parts[:-1]))
    return f"WITH {ctes} {parts[-1]}" if ctes else parts[-1]


async def columns(
    connection: asyncpg.Connection, table: Table, where: str, keys: Sequence[Any]
) -> list[list[Any]]:
    """Return the rows of ``table`` that ``where`` chooses, as the statement's arrays."""
    sql = f"SELECT {table.selected} FROM {table.name} WHERE {where}"  # noqa: S608 - our own tables
    found = await connection.fetch(sql, keys)
    return [[row[name] for row in found] for name in table.columns]

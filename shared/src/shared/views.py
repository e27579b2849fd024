"""Views: pure folds from facts to rows that nothing else writes, and that a rebuild makes again."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, TypeVar, cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.envelope import Envelope, Event
from shared.db import driver
from shared.db.metadata import VIEW_SCHEMA, ViewBase

E = TypeVar("E", bound=Event)
Key = tuple[Any, ...]

_DIALECT: Final = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it so
_AS_JSON: Final = ("JSONB", "TEXT[]")
"""Types that cannot stand in an array of parameters; each value goes as the text of its JSON."""


@dataclass(frozen=True, kw_only=True)
class Put:
    """One change of one line: ``columns`` are set, ``amounts`` are added; or the line goes."""

    row: type[ViewBase]
    key: Mapping[str, Any]
    columns: Mapping[str, Any] = field(default_factory=dict)
    amounts: Mapping[str, int] = field(default_factory=dict)
    delete: bool = False


@dataclass(frozen=True)
class Fold:
    """What one class of facts does to a view."""

    event: type[Event]
    puts: Callable[[Envelope[Any]], Iterator[Put]]


def fold(event: type[E], puts: Callable[[Envelope[E]], Iterator[Put]]) -> Fold:
    """Let ``puts`` say what each fact of class ``event`` changes."""
    return Fold(event, puts)


@dataclass(frozen=True, kw_only=True)
class View:
    """Tables made from facts alone; a changed view gets a new ``version`` and is folded anew."""

    name: str
    version: int
    rows: tuple[type[ViewBase], ...]
    folds: tuple[Fold, ...]


def signature(views: Iterable[View]) -> str:
    """Return what changes when any of ``views`` changes."""
    names = ",".join(sorted(f"{view.name}/{view.version}" for view in views))
    return hashlib.sha256(names.encode()).hexdigest()[:16]


def tables(views: Iterable[View]) -> list[Table]:
    """Return the tables of ``views``."""
    return [cast("Table", row.__table__) for view in views for row in view.rows]


async def apply(session: AsyncSession, puts: Iterable[Put], *, schema: str = VIEW_SCHEMA) -> None:
    """Write ``puts`` in their order, merged by line first, to the tables in ``schema``."""
    for sql, arguments in statements_of(merged(puts), schema):
        await driver.execute(session, sql, *arguments)


def merged(puts: Iterable[Put]) -> Iterator[Sequence[Put]]:
    """Yield ``puts`` a line at most once, in as few waves as their order allows.

    Only a line that is put again after it went begins another wave.
    """
    wave: dict[tuple[type[ViewBase], Key], Put] = {}
    for put in puts:
        place = (put.row, tuple(put.key.values()))
        before = wave.get(place)
        if before is not None and before.delete and not put.delete:
            yield list(wave.values())
            wave = {}
            before = None
        wave[place] = put if before is None or put.delete else _merge(before, put)
    yield list(wave.values())


def _merge(before: Put, after: Put) -> Put:
    names = {*before.amounts, *after.amounts}
    amounts = {name: before.amounts.get(name, 0) + after.amounts.get(name, 0) for name in names}
    return Put(
        row=after.row,
        key=after.key,
        columns={**before.columns, **after.columns},
        amounts=amounts,
    )


@dataclass(frozen=True)
class _Shape:
    """What puts of one statement have in common."""

    row: type[ViewBase]
    key: tuple[str, ...]
    columns: tuple[str, ...]
    amounts: tuple[str, ...]
    delete: bool

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.key, *self.columns, *self.amounts)


def statements_of(
    waves: Iterable[Sequence[Put]], schema: str
) -> Iterator[tuple[str, Sequence[Any]]]:
    """Yield the statements, with their arguments, that write ``waves``: one per shape and wave."""
    for wave in waves:
        groups: dict[_Shape, list[Put]] = {}
        for put in wave:
            columns, amounts = tuple(sorted(put.columns)), tuple(sorted(put.amounts))
            shape = _Shape(put.row, tuple(put.key), columns, amounts, put.delete)
            groups.setdefault(shape, []).append(put)
        for shape, members in groups.items():
            yield _statement(shape, schema), _arguments(shape, members)


def _arguments(shape: _Shape, members: Sequence[Put]) -> list[list[Any]]:
    lines = [{**put.key, **put.columns, **put.amounts} for put in members]
    return [
        [_json(line[name]) for line in lines] if as_json else [line[name] for line in lines]
        for name, as_json in _columns(shape)
    ]


@cache
def _columns(shape: _Shape) -> tuple[tuple[str, bool], ...]:
    return tuple((name, _type(shape.row, name) in _AS_JSON) for name in shape.names)


@cache
def _statement(shape: _Shape, schema: str) -> str:
    """Return the statement of all puts of a shape: a parameter is the array of one column."""
    table = f"{schema}.{_table(shape.row).name}"
    types = [_type(shape.row, name) for name in shape.names]
    arrays = ", ".join(
        f"${n}::{'text' if kind in _AS_JSON else kind}[]" for n, kind in enumerate(types, 1)
    )
    lines = f"unnest({arrays}) AS put ({', '.join(shape.names)})"
    keys = ", ".join(shape.key)
    if shape.delete:
        return f"DELETE FROM {table} WHERE ({keys}) IN (SELECT {keys} FROM {lines})"  # noqa: S608 - names of our own tables
    values = ", ".join(_value(*each) for each in zip(shape.names, types, strict=True))
    changes = [f"{name} = excluded.{name}" for name in shape.columns]
    changes += [f"{name} = line.{name} + excluded.{name}" for name in shape.amounts]
    conflict = f"DO UPDATE SET {', '.join(changes)}" if changes else "DO NOTHING"
    return (
        f"INSERT INTO {table} AS line ({', '.join(shape.names)})"  # noqa: S608 - as above
        f" SELECT {values} FROM {lines} ON CONFLICT ({keys}) {conflict}"
    )


def _value(name: str, kind: str) -> str:
    if kind == "JSONB":
        return f"put.{name}::jsonb"
    if kind == "TEXT[]":
        given = f"ARRAY(SELECT jsonb_array_elements_text(put.{name}::jsonb))"
        return f"CASE WHEN put.{name} IS NOT NULL THEN {given} END"
    return f"put.{name}"


def _json(value: object) -> str | None:
    return None if value is None else json.dumps(value)


def _type(row: type[ViewBase], name: str) -> str:
    return str(_table(row).c[name].type.compile(dialect=_DIALECT))


def _table(row: type[ViewBase]) -> Table:
    return cast("Table", row.__table__)

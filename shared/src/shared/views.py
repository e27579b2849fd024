"""Views: pure folds from facts to rows that nothing else writes, and that a rebuild makes again."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from sqlalchemy import Table, delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.envelope import Envelope, Event
from shared.db.metadata import ViewBase

E = TypeVar("E", bound=Event)
Key = tuple[tuple[str, Any], ...]


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


async def apply(session: AsyncSession, puts: Iterable[Put]) -> None:
    """Write ``puts`` in their order, merged by line first."""
    merged: dict[tuple[type[ViewBase], Key], Put] = {}
    for put in puts:
        place = (put.row, tuple(sorted(put.key.items())))
        before = merged.get(place)
        if before is not None and before.delete and not put.delete:
            await _write(session, merged.values())
            merged = {}
            before = None
        merged[place] = put if before is None or put.delete else _merge(before, put)
    await _write(session, merged.values())


def _merge(before: Put, after: Put) -> Put:
    names = {*before.amounts, *after.amounts}
    amounts = {name: before.amounts.get(name, 0) + after.amounts.get(name, 0) for name in names}
    return Put(
        row=after.row,
        key=after.key,
        columns={**before.columns, **after.columns},
        amounts=amounts,
    )


async def _write(session: AsyncSession, puts: Iterable[Put]) -> None:
    groups: dict[tuple[Any, ...], list[Put]] = {}
    for put in puts:
        shape = (put.row, put.delete, tuple(sorted(put.columns)), tuple(sorted(put.amounts)))
        groups.setdefault(shape, []).append(put)
    for (row, gone, *_), members in groups.items():
        table = cast("Table", row.__table__)
        if gone:
            for put in members:
                match = [table.c[name] == value for name, value in put.key.items()]
                await session.execute(delete(table).where(*match))
        else:
            await _upsert(session, table, members)


async def _upsert(session: AsyncSession, table: Table, members: Sequence[Put]) -> None:
    first = members[0]
    statement = insert(table).values([{**p.key, **p.columns, **p.amounts} for p in members])
    changes: dict[str, Any] = {name: statement.excluded[name] for name in first.columns}
    changes |= {name: table.c[name] + statement.excluded[name] for name in first.amounts}
    keys = [table.c[name] for name in first.key]
    if changes:
        await session.execute(statement.on_conflict_do_update(index_elements=keys, set_=changes))
    else:
        await session.execute(statement.on_conflict_do_nothing(index_elements=keys))

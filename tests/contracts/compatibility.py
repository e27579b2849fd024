"""Tells how a schema breaks what was written under an earlier state of itself."""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]


def breaks(then: Schema, now: Schema) -> list[str]:
    """Return the reasons why data that fit ``then`` may not be read as ``now``; none is good."""
    return sorted(set(_compare((then, then), (now, now), "data")))


def _compare(then: tuple[Schema, Schema], now: tuple[Schema, Schema], where: str) -> Iterator[str]:
    old, new = _resolved(*then), _resolved(*now)
    if old.get("type") != new.get("type"):
        yield f"{where}: type {old.get('type')} became {new.get('type')}"
    if gone := set(old.get("enum", ())) - set(new.get("enum", ())):
        yield f"{where}: {sorted(gone)} left the enum"
    if _has_null(*then) and not _has_null(*now):
        yield f"{where}: may not be absent any more"
    for rule in ("pattern", "format"):
        if old.get(rule) != new.get(rule):
            yield f"{where}: {rule} changed"
    yield from _narrowed(old, new, where)
    if "items" in old:
        yield from _compare((old["items"], then[1]), (new["items"], now[1]), f"{where}[]")
    yield from _properties((old, then[1]), (new, now[1]), where)


def _properties(
    then: tuple[Schema, Schema], now: tuple[Schema, Schema], where: str
) -> Iterator[str]:
    old, new = then[0].get("properties", {}), now[0].get("properties", {})
    for name in sorted(set(old) - set(new)):
        yield f"{where}.{name}: is gone"
    for name in sorted(set(now[0].get("required", ())) - set(then[0].get("required", ()))):
        yield f"{where}.{name}: became required"
    for name in sorted(set(old) & set(new)):
        yield from _compare((old[name], then[1]), (new[name], now[1]), f"{where}.{name}")


def _narrowed(old: Schema, new: Schema, where: str) -> Iterator[str]:
    for rule in ("minimum", "exclusiveMinimum", "minLength", "minItems"):
        if rule in new and new[rule] > old.get(rule, float("-inf")):
            yield f"{where}: {rule} rose"
    for rule in ("maximum", "maxLength", "maxItems"):
        if rule in new and new[rule] < old.get(rule, float("inf")):
            yield f"{where}: {rule} fell"


def _resolved(schema: Schema, root: Schema) -> Schema:
    if "anyOf" in schema:
        schema = next(each for each in schema["anyOf"] if each.get("type") != "null")
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    return schema


def _has_null(schema: Schema, _root: Schema) -> bool:
    return any(each.get("type") == "null" for each in schema.get("anyOf", ()))

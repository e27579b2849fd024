"""Exceptions in the log: where and what kind, never the values that caused them."""

import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Final

from shared.errors import DomainError

_SPEAKING: Final = (DomainError, OSError, ImportError)
"""Their words are ours or the system's. Others quote what they were given: a row of a table, a
field of a message, and with it a person."""
_SPEAKING_PACKAGES: Final = ("aiokafka.",)
_PLACES: Final = ("sqlstate", "table_name", "column_name", "constraint_name")
"""What PostgreSQL names of an error besides the values."""


def describe(
    exc_info: tuple[type[BaseException], BaseException, TracebackType | None]
    | tuple[None, None, None],
) -> str:
    """Return the traceback of an exception and of its causes, without any value."""
    error = exc_info[1]
    return "" if error is None else "\n".join(_lines(error))


def _lines(error: BaseException) -> Iterator[str]:
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from _lines(cause)
        yield "and because of it:"
    yield from (line.rstrip() for line in traceback.format_tb(error.__traceback__))
    yield name_of(error)
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _lines(each)


def name_of(error: BaseException) -> str:
    """Return what kind of error it is, and its words where they quote no values."""
    kind = type(error)
    name = f"{kind.__module__}.{kind.__qualname__}"
    if isinstance(error, _SPEAKING) or kind.__module__.startswith(_SPEAKING_PACKAGES):
        return f"{name}: {error}"
    source = getattr(error, "orig", None) or error
    found = [f"{place}={value}" for place in _PLACES if (value := getattr(source, place, None))]
    return f"{name}: {' '.join(found)}" if found else name

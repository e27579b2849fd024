"""Files and functions stay small enough to be read at once."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.tree import relative, sources

_FILE_LINES: Final = 300
_FUNCTION_LINES: Final = 40
"""Migrations are excepted: a list of columns is no function to understand."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _functions(tree: ast.AST) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield node


def _length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


@pytest.mark.parametrize("path", list(sources()), ids=relative)
def test_given_a_file_when_measured_then_it_and_its_functions_are_below_the_ceilings(
    path: Path,
) -> None:
    text = path.read_text()

    long = [
        f"{function.name}: {_length(function)} lines"
        for function in _functions(ast.parse(text))
        if _length(function) > _FUNCTION_LINES and "migrations" not in path.parts
    ]

    assert len(text.splitlines()) <= _FILE_LINES
    assert long == []


def test_given_a_long_function_when_measured_then_it_is_seen() -> None:
    body = "\n".join(f"    x = {number}" for number in range(_FUNCTION_LINES))

    (function,) = _functions(ast.parse(f"async def long():\n{body}\n"))

    assert _length(function) == _FUNCTION_LINES + 1

"""Files and functions stay small enough to be read at once."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.tree import PACKAGES, ROOT, relative

_FUNCTION_LINES: Final = 40
_FILE_LINES: Final = 300
_TEST_FUNCTION_LINES: Final = 60
"""A journey is one story."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _functions(tree: ast.AST) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield node


def _length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def _ceiling(path: Path) -> int:
    """Return how long the functions of a file may be."""
    if path.is_relative_to(ROOT / "tests"):
        return _TEST_FUNCTION_LINES
    if "migrations" in path.parts:  # A list of columns is no function to understand.
        return _FILE_LINES
    return _FUNCTION_LINES


def _too_long(path: Path) -> Iterator[str]:
    text = path.read_text()
    if len(text.splitlines()) > _FILE_LINES:
        yield f"{relative(path)}: {len(text.splitlines())} lines"
    for function in _functions(ast.parse(text)):
        if _length(function) > _ceiling(path):
            yield f"{relative(path)} {function.name}: {_length(function)} lines"


@pytest.mark.parametrize("folder", [*PACKAGES.values(), ROOT / "tests"], ids=relative)
def test_given_the_code_when_measured_then_files_and_functions_are_below_the_ceilings(
    folder: Path,
) -> None:
    files = sorted(folder.rglob("*.py"))

    too_long = [offence for path in files for offence in _too_long(path)]

    assert files
    assert too_long == []


def test_given_a_long_function_when_measured_then_it_is_seen() -> None:
    body = "\n".join(f"    x = {number}" for number in range(_FUNCTION_LINES))

    (function,) = _functions(ast.parse(f"async def long():\n{body}\n"))

    assert _length(function) == _FUNCTION_LINES + 1

"""Every room has a test: rules and doors are called by name, every address is asked for."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from shared.web.app import routes_of
from tests.architecture.openapi import services
from tests.architecture.tree import PACKAGES, ROOT, SERVICES

_TESTS: Final = ROOT / "tests"
_CALLED_BY_NAME: Final = ("domain", "handlers", "jobs", "views")
"""Rooms that a test imports itself; those below them are reached through them."""

_ROOMY: Final = [*SERVICES, "mock_bank"]


@cache
def _imported(package: str) -> frozenset[str]:
    """Every module that a test of ``package`` imports."""
    found: set[str] = set()
    for path in sorted((_TESTS / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module is not None:
                found.add(node.module)
                found |= {f"{node.module}.{name.name}" for name in node.names}
    return frozenset(found)


def _rooms(package: str) -> Iterator[str]:
    for path in sorted(PACKAGES[package].iterdir()):
        if path.suffix == ".py" or (path / "__init__.py").is_file():
            yield path.stem


@cache
def _text(package: str) -> str:
    folders = (_TESTS / package, _TESTS / "journeys", _TESTS / "support")
    return "\n".join(path.read_text() for each in folders for path in sorted(each.rglob("*.py")))


def _fixed_part(path: str) -> str:
    """Return an address up to its first parameter."""
    return path.partition("{")[0].rstrip("/") or "/"


@pytest.mark.parametrize("package", _ROOMY)
def test_given_a_service_when_looking_for_its_tests_then_every_room_of_rules_has_one(
    package: str,
) -> None:
    wanted = [room for room in _rooms(package) if room in _CALLED_BY_NAME]

    missing = [
        room
        for room in wanted
        if not any(f"{name}.".startswith(f"{package}.{room}.") for name in _imported(package))
    ]

    assert "domain" in wanted
    assert missing == []


@pytest.mark.parametrize("package", list(SERVICES))
def test_given_a_service_when_looking_for_its_addresses_then_a_test_asks_for_each(
    package: str,
) -> None:
    paths = {route.path for route in routes_of(services()[package].routers)}

    missing = sorted(path for path in paths if _fixed_part(path) not in _text(package))

    assert paths
    assert missing == []


@pytest.mark.parametrize("folder", ["shared", "contracts", "architecture", "journeys"])
def test_given_the_tree_when_looking_for_the_common_tests_then_they_are_there(folder: str) -> None:
    files: list[Path] = list((_TESTS / folder).rglob("test_*.py"))

    assert files

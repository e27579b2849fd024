"""Keeps messages.po complete: ``python -m shared.web.catalogue`` in the project's folder."""

import ast
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

MESSAGES: Final = Path("shared/src/shared/web/translations/en/LC_MESSAGES/messages.po")
_SOURCES: Final = ("shared/src", "services/*/src", "deploy/local/src")
_CALLS: Final = frozenset({"translate", "gettext", "mark", "_", "Entry"})
"""Functions whose first argument is a text that people read."""
_WIDTH: Final = 100


def messages_of(root: Path) -> dict[str, list[str]]:
    """Return every text that is translated, with the files that use it."""
    found: dict[str, list[str]] = {}
    for pattern in _SOURCES:
        for folder in sorted(root.glob(pattern)):
            for path in sorted(folder.rglob("*.py")) + sorted(folder.rglob("*.html")):
                place = str(path.relative_to(root))
                for message in _messages_in(path):
                    places = found.setdefault(message, [])
                    if place not in places:
                        places.append(place)
    return found


def _messages_in(path: Path) -> Iterator[str]:
    if path.suffix == ".py":
        module = ast.parse(path.read_text(encoding="utf-8"))
        yield from _messages_of_module(module)
        if path.stem == "pages" or path.parent.name == "pages":
            yield from _vietnamese_in(module)
        return
    options = {"extensions": "jinja2.ext.do", "newstyle_gettext": "true", "silent": "false"}
    with path.open("rb") as source:
        for _, message, _, _ in extract("jinja2.ext:babel_extract", source, options=options):
            yield from (message,) if isinstance(message, str) else message


def _messages_of_module(module: ast.Module) -> Iterator[str]:
    """Yield first arguments of the marking functions, and titles of errors."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and node.args and _name(node.func) in _CALLS:
            yield from _text(node.args[0])
        elif isinstance(node, ast.ClassDef):
            members = dict(_assigned(node))
            if "code" in members and "title" in members:
                yield from _text(members["title"])


def _vietnamese_in(module: ast.Module) -> Iterator[str]:
    """Yield every text with Vietnamese letters: what a page says is translated."""
    whole = set[int]()
    for node in ast.walk(module):
        if isinstance(node, ast.Expr | ast.JoinedStr):  # Docstrings, and parts of f-strings.
            whole |= {id(part) for part in ast.walk(node) if isinstance(part, ast.Constant)}
    for node in ast.walk(module):
        if id(node) not in whole and isinstance(node, ast.Constant) and isinstance(node.value, str):
            letters = unicodedata.normalize("NFD", node.value)
            if any(unicodedata.combining(letter) or letter in "đĐ" for letter in letters):
                yield node.value


def _assigned(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    for statement in node.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            yield statement.targets[0].id, statement.value


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _text(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value


def read_english(root: Path) -> Catalog:
    """Return the English catalogue as it stands."""
    with (root / MESSAGES).open("rb") as source:
        return read_po(source, locale="en")


def update(root: Path) -> tuple[int, int]:
    """Write messages.po anew; return how many texts it has and how many lack their English."""
    known = read_english(root)
    catalogue = Catalog(
        locale="en", project="Lệ Phí", version="1", charset="utf-8", fuzzy=False,
        last_translator="Lệ Phí", language_team="Lệ Phí", msgid_bugs_address="none",
        header_comment="# English for Lệ Phí; the Vietnamese stands in the code itself.",
        creation_date=known.creation_date, revision_date=known.creation_date,
    )  # fmt: skip
    empty = 0
    for message, places in sorted(messages_of(root).items()):
        entry = known.get(message)
        english = entry.string if entry is not None else ""
        empty += not english
        catalogue.add(message, english, locations=[(place, 0) for place in places])
    with (root / MESSAGES).open("wb") as target:
        write_po(target, catalogue, width=_WIDTH, sort_output=True)
    return len(catalogue), empty


def main() -> None:
    """Update the catalogue of the project in the present folder; fail if English is missing."""
    total, empty = update(Path.cwd())
    sys.stdout.write(f"{total} texts, {empty} without English\n")
    sys.exit(1 if empty else 0)


if __name__ == "__main__":
    main()

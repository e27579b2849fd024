"""Writes the generated documents: ``python -m tests.architecture.generate`` (``make docs``)."""

import json
from collections.abc import Mapping
from pathlib import Path

import yaml

from shared.contracts.asyncapi import asyncapi_document, schema_of
from shared.contracts.catalogue import EVENT_TYPES
from tests.architecture import lifecycles, openapi
from tests.architecture.tree import DOCS


def documents() -> dict[Path, str]:
    """Return every generated document: its path and what must stand there."""
    texts = {
        DOCS / "asyncapi.yaml": yaml.safe_dump(
            asyncapi_document(), allow_unicode=True, sort_keys=False, width=100
        ),
        DOCS / "lifecycles.md": lifecycles.document(),
    }
    for event_type in EVENT_TYPES:
        texts[DOCS / "schemas" / f"{event_type}.json"] = _json(schema_of(event_type))
    for name, document in openapi.documents().items():
        texts[DOCS / "openapi" / f"{name}.json"] = _json(document)
    return texts


def stale(texts: Mapping[Path, str]) -> list[Path]:
    """Return files beside ``texts`` that nothing generates any more."""
    written = [*(DOCS / "schemas").glob("*"), *(DOCS / "openapi").glob("*")]
    return sorted(set(written) - set(texts))


def main() -> None:
    """Write what differs and delete what is stale."""
    texts = documents()
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for path in stale(texts):
        path.unlink()


def _json(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    main()

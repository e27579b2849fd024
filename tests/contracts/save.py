"""Saves an example of every event version that has none yet: ``python -m tests.contracts.save``.

A saved file is never written again: it is what an older version of the product left on the stream.
"""

import json
from pathlib import Path
from typing import Final

from shared.contracts.asyncapi import schema_of
from shared.contracts.catalogue import EVENT_TYPES
from shared.contracts.envelope import envelope_bytes
from tests.contracts.examples import example_of, said

SAVED: Final = Path(__file__).parent / "saved"


def main() -> None:
    """Write the missing files."""
    SAVED.mkdir(exist_ok=True)
    for event_type, event in EVENT_TYPES.items():
        path = SAVED / f"{event_type}.json"
        if path.exists():
            continue
        fact = example_of(event)
        envelope = json.loads(envelope_bytes(fact, said(fact)))
        saved = {"envelope": envelope, "schema": schema_of(event_type)}
        path.write_text(json.dumps(saved, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()

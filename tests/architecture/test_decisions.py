"""Decisions are numbered from 1 without a gap, and each says its number."""

import re

from tests.architecture.tree import ROOT


def test_given_the_decisions_when_read_then_their_numbers_run_from_one() -> None:
    files = sorted((ROOT / "docs" / "adr").glob("*.md"))

    named = [int(file.name[:4]) for file in files]
    titled = [
        int(found[1])
        for file in files
        if (found := re.match(r"# (\d+)\. ", file.read_text("utf-8")))
    ]

    assert named == list(range(1, len(files) + 1))
    assert titled == named

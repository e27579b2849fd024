"""The proof of the files of receipts: what it accepts, and each thing that turns it red."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ops.domain import files
from ops.domain.evidence import Evidence, StoredFile
from ops.domain.findings import Breach, Check
from tests.ops.builders import LONG_AGO, NOW, an_id, sound

RECEIPT = an_id(70)
FILE = StoredFile(RECEIPT, ("a", "b", "c"), LONG_AGO, LONG_AGO, None)


def with_a_file(file: StoredFile = FILE) -> Evidence:
    evidence = sound()
    evidence.streams.files[RECEIPT] = FILE.hashes
    return replace(evidence, files=[file])


def never_said() -> Evidence:
    evidence = with_a_file()
    evidence.streams.files.clear()
    return evidence


def breaches(evidence: Evidence) -> set[Breach]:
    found = files.files_are_what_was_said(evidence, Check(NOW, evidence.grace, quiet=False))
    return {each.breach for each in found.violations}


def test_given_a_file_as_it_was_said_when_proved_then_i8_holds() -> None:
    assert breaches(with_a_file()) == set()


@pytest.mark.parametrize(
    ("tampered", "breach"),
    [
        (lambda: with_a_file(replace(FILE, fault="receipt-file-damaged")), Breach.FILE_DAMAGED),
        (lambda: with_a_file(replace(FILE, fault="render-differs")), Breach.FILE_RENDERS_OTHERWISE),
        (lambda: with_a_file(replace(FILE, hashes=("a", "b", "d"))), Breach.FILE_DIFFERS),
        (never_said, Breach.FILE_NOT_SAID),
        (lambda: replace(with_a_file(), files=[]), Breach.FILE_NOT_IN_TABLE),
    ],
)
def test_given_a_tampered_file_when_it_is_proved_then_i8_turns_red(
    tampered: Callable[[], Evidence], breach: Breach
) -> None:
    assert breaches(tampered()) == {breach}

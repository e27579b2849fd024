"""I9, and waits for a number in I1: each holds on sound evidence, and turns red when broken."""

from dataclasses import replace

import pytest

from ops.domain.evidence import Evidence
from ops.domain.report import prove
from tests.ops.builders import PAYMENT_ID, an_id, sound, sound_records
from tests.ops.test_invariants import Tamper, red


def _replaced(*successors: int, marked: bool = True, said: bool = True) -> Evidence:
    """Return sound evidence whose first receipt is replaced by each of ``successors``."""
    base = sound()
    old, le_phi = base.receipts
    series = [
        replace(each, last_number=each.last_number + len(successors) * (not n))
        for n, each in enumerate(base.series)
    ]
    later = [
        replace(
            old, receipt_id=an_id(500 + each), number=old.number + n, replaces=old.receipt_id,
            total_vnd=1,
        )
        for n, each in enumerate(successors, start=1)
    ]  # fmt: skip
    base.streams.receipts.extend(replace(each, causation_id=an_id(1)) for each in later)
    if said:
        base.streams.replaced[old.receipt_id] = {each.receipt_id for each in later}
    return replace(base, series=series, receipts=[replace(old, is_replaced=marked), le_phi, *later])


def replaced_once() -> Evidence:
    return _replaced(1)


def replaced_twice() -> Evidence:
    return _replaced(1, 2)


def replaced_and_not_marked() -> Evidence:
    return _replaced(1, marked=False)


def replaced_and_not_said() -> Evidence:
    return _replaced(1, said=False)


def marked_as_replaced_by_none() -> Evidence:
    first, second = sound().receipts
    return replace(sound(), receipts=[replace(first, is_replaced=True), second])


def said_to_be_replaced_by_none() -> Evidence:
    evidence = sound()
    evidence.streams.replaced[evidence.receipts[0].receipt_id] = {an_id(999)}
    return evidence


def replaced_in_a_circle() -> Evidence:
    evidence = _replaced(1)
    old, le_phi, new = evidence.receipts
    circle = [replace(old, replaces=new.receipt_id), le_phi, replace(new, is_replaced=True)]
    return replace(evidence, receipts=circle)


def test_given_a_receipt_replaced_once_when_proved_then_everything_holds_and_is_counted() -> None:
    findings = {finding.code: finding for finding in prove(replaced_once(), quiet=True)}

    assert red(replaced_once(), quiet=True) == set()
    assert findings["I9"].counts == {"replaced": 1, "replacements": 1}
    assert findings["I7"].counts["numbers"] == 3


@pytest.mark.parametrize(
    "tamper",
    [
        replaced_twice,
        replaced_and_not_marked,
        replaced_and_not_said,
        marked_as_replaced_by_none,
        said_to_be_replaced_by_none,
        replaced_in_a_circle,
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_given_a_replacement_that_is_broken_when_proved_then_i9_is_red(tamper: Tamper) -> None:
    assert "I9" in red(tamper())


@pytest.mark.parametrize("quiet", [False, True])
def test_given_a_receipt_that_waits_for_a_series_when_proved_then_it_is_shown_and_never_quiet(
    *, quiet: bool
) -> None:
    evidence = sound(sound_records()[:1])
    waiting = frozenset((PAYMENT_ID, kind) for kind in ("phi", "le_phi"))

    found = prove(replace(evidence, awaiting=waiting), quiet=quiet)[0]

    assert found.holds is not quiet
    assert found.counts["awaiting_number"] == 2
    assert len(found.violations if quiet else found.on_its_way) == 2

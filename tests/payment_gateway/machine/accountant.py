"""The accountant of a play: closes days, and whatever the file says each đồng is explained (I4)."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.payment_gateway.machine.stage import CHANNELS, Stage

_FIRST_DAY: Final = date(2027, 1, 1).toordinal()
_DAYS: Final = 300_000
"""Days on which no money of a play was booked: what a file names is all that is compared."""


class Accountant(Stage):
    """Closes days of a channel, whatever its bank's file says."""

    @rule(
        channel=st.sampled_from(CHANNELS),
        by=st.sampled_from((0, 0, 1_000, -1_000)),
        twice=st.booleans(),
        extra=st.booleans(),
    )
    def close_a_day(self, channel: str, by: int, twice: bool, extra: bool) -> None:  # noqa: FBT001 - drawn
        """Close a day twice: each đồng is explained, and the second run adds only its number."""
        lines = self._lines(channel, by=by, twice=twice, extra=extra)
        day = date.fromordinal(_FIRST_DAY + next(self.numbers) % _DAYS).isoformat()
        order = {"do": "close", "channel": channel, "day": day, "lines": lines}
        before = self._rows()
        first, _ = self._closed(order)
        second, tries = self._closed(order)
        self._nothing_moved(before, "a day's close (I4)")
        more = {b - a for a, b in zip(first.pop("runs"), second.pop("runs"), strict=True)}
        assert more <= set(range(1, tries + 1)), f"I4 the run's number rose by {more}"
        assert first == second, f"I4 {first} → {second}"
        _is_explained(first, sum(line["amount_vnd"] for line in lines))

    def _closed(self, order: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
        """Return what a close left, and how often it was tried: a kill may cut it short."""
        deaths = self.gateway.deaths
        while not isinstance(found := self._act(dict(order)), dict):
            """Nobody waits for the run that was cut short: the accountant asks for another."""
        return found, 1 + self.gateway.deaths - deaths

    def _lines(self, channel: str, *, by: int, twice: bool, extra: bool) -> list[dict[str, Any]]:
        """Return the bank's file: what it really has, and what is wrong with the file."""
        lines = [
            _line(n, telling.key[1], telling.facts["reference"], telling.facts["amount_vnd"])
            for n, telling in enumerate(self.books.tellings, start=1)
            if telling.key is not None and telling.channel == channel
        ]
        if lines:
            lines[0]["amount_vnd"] = max(1, lines[0]["amount_vnd"] + by)
        if lines and twice:
            lines.append({**lines[-1], "line_no": 900})
        if extra or not lines:
            lines.append(_line(901, f"X{next(self.numbers)}", "LP0000000001", 36_000))
        return lines


def _line(number: int, theirs: str, ours: str, amount_vnd: int) -> dict[str, Any]:
    return {
        "line_no": number, "channel_reference": theirs, "reference": ours,
        "amount_vnd": amount_vnd, "bank_code": None, "booked_at": None,
    }  # fmt: skip


def _is_explained(left: Mapping[str, Any], told_vnd: int) -> None:
    """I4: what the file tells is what we have, and the differences that are listed."""
    closes = left["closes"]
    theirs = sum(each["theirs_vnd"] for each in closes)
    ours = sum(each["ours_vnd"] for each in closes)
    apart = sum((d["theirs_vnd"] or 0) - (d["ours_vnd"] or 0) for d in left["differences"])
    assert theirs == told_vnd, f"I4 the file tells of {told_vnd}, the close of {theirs}"
    assert theirs - ours == apart, f"I4 {theirs} less {ours} is not {apart}: {left}"

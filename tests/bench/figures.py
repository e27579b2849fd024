"""Figures, their ratios to a limit, and the verdict. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median, quantiles
from typing import Any, Final

STABLE: Final = 0.30
"""Quartiles further than this share from the median make a figure no verdict."""


class Verdict(StrEnum):
    """What a ratio is worth."""

    AIM = "AIM"
    MUST = "MUST"
    FAIL = "FAIL"
    UNSTABLE = "UNSTABLE"
    REPORTED = "REPORTED"
    """Only reported: there is no limit for it."""


@dataclass(frozen=True)
class Spread:
    """A median with its quartiles."""

    median: float
    low: float
    high: float

    @property
    def is_stable(self) -> bool:
        """Tell whether both quartiles lie near the median."""
        far = max(self.median - self.low, self.high - self.median)
        return far <= STABLE * self.median

    def as_document(self) -> dict[str, Any]:
        return {
            "median": round(self.median, 3),
            "quartiles": [round(self.low, 3), round(self.high, 3)],
        }


def spread(values: Sequence[float]) -> Spread:
    """Return median and quartiles of ``values``; a single value is its own spread."""
    if len(values) == 1:
        return Spread(values[0], values[0], values[0])
    low, _, high = quantiles(values, n=4)
    return Spread(median(values), low, high)


@dataclass(frozen=True)
class Limit:
    """What a ratio must reach, and what is aimed at; ``most`` where smaller is better."""

    must: float
    aim: float
    most: bool = False

    def judge(self, ratio: Spread) -> Verdict:
        """Return the verdict on ``ratio``."""
        if not ratio.is_stable:
            return Verdict.UNSTABLE
        sign = -1 if self.most else 1
        if sign * ratio.median >= sign * self.aim:
            return Verdict.AIM
        return Verdict.MUST if sign * ratio.median >= sign * self.must else Verdict.FAIL


@dataclass(frozen=True)
class Result:
    """One line of the table: pairs of baseline and ours, measured by turns."""

    id: str
    name: str
    unit: str
    script: str
    baseline: Spread
    ours: Spread
    ratio: Spread
    pairs: int
    limit: Limit | None

    @property
    def verdict(self) -> Verdict:
        return Verdict.REPORTED if self.limit is None else self.limit.judge(self.ratio)

    def line(self) -> str:
        """Return the line of performance.md's table."""
        head = f"{self.id:<5}{self.name:<34} baseline {self.baseline.median:>9,.1f}"
        ours = f"ours {self.ours.median:>9,.1f} {self.unit:<3}"
        ratio = f"ratio {self.ratio.median:.2f} ({self.ratio.low:.2f}–{self.ratio.high:.2f})"  # noqa: RUF001
        if self.limit is None:
            return f"{head}   {ours}   {ratio}"
        goal = f"must {self.limit.must:g}  aim {self.limit.aim:g}"
        return f"{head}   {ours}   {ratio}   {goal}   {self.verdict.value}"

    def as_document(self) -> dict[str, Any]:
        limit = {} if self.limit is None else {"must": self.limit.must, "aim": self.limit.aim}
        return {
            "id": self.id, "name": self.name, "unit": self.unit,
            "baseline": {"script": self.script, **self.baseline.as_document()},
            "ours": self.ours.as_document(), "ratio": self.ratio.as_document(), **limit,
            "verdict": self.verdict.value, "pairs": self.pairs,
        }  # fmt: skip


@dataclass(frozen=True)
class Name:
    """What is measured: its place in performance.md, words, unit, and the baseline's script."""

    id: str
    words: str
    unit: str
    script: str
    limit: Limit | None = None


def result(name: Name, baseline: Sequence[float], ours: Sequence[float]) -> Result:
    """Return the line of pairs: the ratio is the median of the pairs' ratios."""
    ratios = [mine / base for base, mine in zip(baseline, ours, strict=True)]
    return Result(
        name.id, name.words, name.unit, name.script, spread(baseline), spread(ours),
        spread(ratios), len(ratios), name.limit,
    )  # fmt: skip


def percentile(values: Sequence[float], percent: int) -> float:
    """Return a percentile of at least two values."""
    return quantiles(values, n=100, method="inclusive")[percent - 1]

"""Paired timing: sides alternate ABABABABAB, the result is the ratio of the medians with the range."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = 5


@dataclass(frozen=True)
class Ratio:
    """How much longer A takes than B."""

    name: str
    a: tuple[float, ...]
    b: tuple[float, ...]
    bar: float

    @property
    def value(self) -> float:
        return statistics.median(self.a) / statistics.median(self.b)

    @property
    def line(self) -> str:
        """One line for the record: ratio, bar, medians and ranges in seconds."""
        verdict = "holds" if self.value <= self.bar else "MISSED"
        return f"{self.name}: {self.value:.3f} (bar {self.bar:g}, {verdict}); A {_range(self.a)}, B {_range(self.b)}"


def _range(times: tuple[float, ...]) -> str:
    return f"median {statistics.median(times):.3f} s [{min(times):.3f}–{max(times):.3f}]"


def paired(
    name: str, a: Callable[[], None], b: Callable[[], None], *, bar: float, before_a: Callable[[], None] = lambda: None
) -> Ratio:
    """Times both sides in turn after one warm-up of each; `before_a` prepares A outside its time."""
    before_a()
    a()
    b()
    times_a, times_b = [], []
    for _round in range(ROUNDS):
        before_a()
        times_a.append(_seconds(a))
        times_b.append(_seconds(b))
    return Ratio(name, tuple(times_a), tuple(times_b), bar)


def _seconds(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start

"""The instant of a batch, drawn inside the write lock.

Stated time never decreases. A clock that lags or leaps stops the appending instead of bending what
the rules about time decide.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from ledger.store.errors import ClockBehind, ClockLeap

MAX_BEHIND = 5
"""Seconds that this machine may be behind the time stated last (by another machine, or before)."""

MAX_LEAP = 5
"""Seconds that the wall clock may move against the monotonic clock between two batches."""


def steady() -> float:
    """Seconds of a clock that nobody sets and that runs on while the machine sleeps."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boottime is None else time.clock_gettime(boottime)


class Clock:
    """Wall clock and monotonic clock, watched against each other.

    A leap is wall clock against monotonic clock, so idleness and restarts are none. After a leap
    nothing is appended until the clock is back or the process was started anew.
    """

    def __init__(self, wall: Callable[[], float], monotonic: Callable[[], float]) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._seen = wall(), monotonic()

    def draw(self, last: int) -> int:
        """The instant of a batch, in whole seconds, not before ``last``.

        Args:
            last: the time stated last.

        Raises:
            ClockBehind: this clock is more than 5 seconds behind ``last``.
            ClockLeap: the wall clock was set since the last batch.
        """
        wall, monotonic = self._wall(), self._monotonic()
        leap = (wall - self._seen[0]) - (monotonic - self._seen[1])
        if abs(leap) > MAX_LEAP:
            raise ClockLeap(
                f"the wall clock leapt by {leap:+.0f} seconds against the monotonic clock;"
                " set it right, or start the service anew when it is right now"
            )
        if wall < last - MAX_BEHIND:
            raise ClockBehind(
                f"this machine's clock is {last - wall:.0f} seconds behind the time that the ledger"
                " stated last; set it right"
            )
        self._seen = wall, monotonic
        return max(last, int(wall))

    def milliseconds(self) -> int:
        """The wall clock in milliseconds, for ids that sort by time."""
        return int(self._wall() * 1000)

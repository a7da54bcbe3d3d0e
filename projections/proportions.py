"""Shares, never without their numbers: k of n, and the interval that n leaves open."""

from __future__ import annotations

from typing import Any

MINIMUM = 10
"""Below this many, a share says nothing: "not assessed"."""


def proportion(k: int, n: int) -> dict[str, Any]:
    """``k`` of ``n`` with the share and its 95 % interval, as values from 0 to 1.

    The interval is Wilson's score interval, by statsmodels. Below :data:`MINIMUM` the share is not
    assessed, and neither it nor an interval is given.
    """
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is no share")
    if n < MINIMUM:
        return {"k": k, "n": n, "assessed": False, "share": None, "interval": None}
    # Takes seconds to load, and most processes never ask for it.
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(k, n, alpha=0.05, method="wilson")
    return {
        "k": k,
        "n": n,
        "assessed": True,
        "share": round(k / n, 4),
        "interval": [round(float(low), 4), round(float(high), 4)],
    }

"""Civil dates and instants.

Instants are whole seconds since 1970-01-01T00:00:00Z. Civil dates are ``YYYY-MM-DD`` strings at the
fixed offset +08:00, so that plain string comparison orders them and no time zone database can ever
change a verdict that has been given.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import MAXYEAR, MINYEAR, date
from functools import lru_cache

OFFSET = 8 * 3600
DAY = 86_400
_EPOCH = date(1970, 1, 1).toordinal()
_FIRST, _LAST = date.min.toordinal(), date.max.toordinal()


@lru_cache(maxsize=64)
def _civil(day: int) -> str:
    return date.fromordinal(_EPOCH + day).isoformat()


def civil_date(instant: int) -> str:
    """The civil date (+08:00) that contains ``instant`` (seconds)."""
    return _civil((instant + OFFSET) // DAY)


@lru_cache(maxsize=4096)
def add_days(day: str, days: int) -> str:
    """``day`` (``YYYY-MM-DD``) moved by ``days``, within the calendar's years 1 to 9999."""
    moved = date.fromisoformat(day).toordinal() + days
    return date.fromordinal(min(max(moved, _FIRST), _LAST)).isoformat()


@lru_cache(maxsize=4096)
def add_months(day: str, months: int) -> str:
    """``day`` moved by whole months, within the calendar's years 1 to 9999; the day of the month is
    cut to the length of the new month."""
    start = date.fromisoformat(day)
    index = start.year * 12 + start.month - 1 + months
    year, month = index // 12, index % 12 + 1
    if not MINYEAR <= year <= MAXYEAR:
        return (date.min if year < MINYEAR else date.max).isoformat()
    return date(year, month, min(start.day, monthrange(year, month)[1])).isoformat()


def is_civil_date(text: str) -> bool:
    """Whether ``text`` is an existing day written exactly ``YYYY-MM-DD``."""
    if len(text) != 10 or text[4] != "-" or text[7] != "-" or not text.isascii():
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True

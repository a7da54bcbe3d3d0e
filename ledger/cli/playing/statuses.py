"""What an agency draws for each certificate: a place in a status list, and a number."""

from typing import Any

from ledger.cli.playing.chance import Chance
from ledger.domain.certificates import HALF_FULL, LIST_ENTRIES, vct_url


class Statuses:
    """Draws for each certificate an entry of a status list that is not used, and a number."""

    def __init__(self, chance: Chance, origin: str) -> None:
        self._chance = chance
        self._origin = origin
        self._used: dict[str, set[int]] = {}
        self._issued: dict[str, int] = {}

    def entry(self, agency: str, year: int) -> dict[str, Any]:
        """The `status` claim: an unused index, at random, in the first list not half full."""
        n = 1
        while len(self._used.get(f"{agency}-{year}-{n}", ())) >= HALF_FULL:
            n += 1
        name = f"{agency}-{year}-{n}"
        used = self._used.setdefault(name, set())
        tries = 0
        while (index := self._chance.below(LIST_ENTRIES, f"{name}/{len(used)}/{tries}")) in used:
            tries += 1
        used.add(index)
        uri = f"https://{self._origin}/status/{name}"
        return {"status_list": {"idx": index, "uri": uri}}

    def number(self, prefix: str, year: int) -> str:
        """The next certificate number of an agency's year."""
        issued = self._issued[f"{prefix}-{year}"] = self._issued.get(f"{prefix}-{year}", 0) + 1
        return f"{prefix}-{year}-{issued:06d}"

    @property
    def vct(self) -> str:
        """The credential type."""
        return vct_url(self._origin)

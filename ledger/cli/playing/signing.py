"""From a plan to signed bytes."""

import os
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from ledger.cli.keys import PartyKey
from ledger.cli.party import PartySigner
from ledger.cli.playing.chance import Chance
from ledger.cli.playing.planned import Planned
from ledger.core.sdjwt import Disclosure, make_disclosure
from ledger.core.statement import Statement

KEPT = 50_000
"""Disclosures remembered, so that a result need not make its marks again."""


class Signers:
    """Signs for every party that is played.

    Args:
        key_of: a party's statement key.
        chance: where the salts come from.
    """

    def __init__(
        self,
        key_of: Callable[[str], PartyKey],
        chance: Chance,
        *,
        random: Callable[[int], bytes] = os.urandom,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._key_of = key_of
        self._chance = chance
        self._new = partial(PartySigner, random=random, clock=clock)
        self._signers: dict[str, PartySigner] = {}
        self._made: dict[tuple[str, str], Disclosure] = {}

    def sign_all(self, chunk: Iterable[Planned]) -> list[Statement]:
        """The statements of a chunk, each followed by the consent it needs."""
        return [statement for planned in chunk for statement in self.sign(planned)]

    def sign(self, planned: Planned) -> list[Statement]:
        """One planned statement, and the consent that follows it."""
        disclosures = [
            self._disclose(planned.subject, name, value) for name, value in planned.disclosed
        ]
        signer = self._signer(planned.party)
        statement = signer.sign(planned.type, planned.claims, repeat=disclosures)
        if planned.approved_by is None:
            return [statement]
        consent = {"statement": statement.leaf_id}
        return [statement, self._signer(planned.approved_by).sign("approved", consent)]

    def _disclose(self, subject: str, name: str, value: Any) -> Disclosure:
        made = self._made.get((subject, name))
        if made is None:
            if len(self._made) >= KEPT:
                self._made.clear()  # whatever is asked for again is drawn again, and the same
            made = make_disclosure(name, value, self._chance.salt(subject, name))
            self._made[subject, name] = made
        assert made.value == value, "a disclosure is repeated with another value"
        return made

    def _signer(self, party: str) -> PartySigner:
        signer = self._signers.get(party)
        if signer is None:
            key = self._key_of(party)
            signer = self._signers[party] = self._new(key.origin, party, key.key)
        return signer

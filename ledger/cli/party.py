"""A party's signer: fills in who, when and a fresh id, and draws the salts."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ledger.cli.keys import PartyKey
from ledger.core.encoding import b64url
from ledger.core.keys import PrivateKey
from ledger.core.sdjwt import Disclosure, make_disclosure
from ledger.core.statement import Statement, sign_statement
from ledger.domain.form import issuer_url

ID_BYTES = 16
SALT_BYTES = 32


class PartySigner:
    """Signs statements of one party with one key.

    Args:
        origin: of the ledger that the statements are for.
        party: id of the party.
        key: its statement key.
        random: gives that many random bytes: ids and salts.
        clock: seconds since 1970: `iat`.
    """

    def __init__(
        self,
        origin: str,
        party: str,
        key: PrivateKey,
        *,
        random: Callable[[int], bytes] = os.urandom,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.origin = origin
        self.party = party
        self.key = key
        self.iss = issuer_url(origin, party)
        self._random = random
        self._clock = clock

    @staticmethod
    def of(key: PartyKey) -> "PartySigner":
        """The signer of a key file."""
        return PartySigner(key.origin, key.party, key.key)

    def random_id(self) -> str:
        """128 random bits, 22 characters of base64url: what registrations and certificates have."""
        return b64url(self._random(ID_BYTES))

    def random_below(self, bound: int) -> int:
        """A random integer from 0 to `bound` - 1, each as likely: a status index."""
        bits = (bound - 1).bit_length()
        size = (bits + 7) // 8
        while True:  # at least half of the draws serve; a remainder would favour small numbers
            drawn = int.from_bytes(self._random(size), "big") >> (8 * size - bits)
            if drawn < bound:
                return drawn

    def disclose(self, name: str, value: Any) -> Disclosure:
        """A disclosure under a fresh salt. Raises `CoreError` where the value is not signable."""
        return make_disclosure(name, value, self._random(SALT_BYTES))

    def sign(
        self,
        type: str,  # noqa: A002 - the claim's own name
        claims: Mapping[str, Any],
        disclosed: Mapping[str, Any] | None = None,
        repeat: Sequence[Disclosure] = (),
    ) -> Statement:
        """Sign one statement.

        Args:
            type: of the statement, such as `score.recorded`.
            claims: the type's public claims; `iss`, `iat` and `jti` are filled in here.
            disclosed: personal claims by name, each disclosed under a fresh salt.
            repeat: disclosures of an earlier statement of the same registration, verbatim.

        Raises:
            CoreError: the claims cannot be signed, for instance a number with a fraction.
        """
        fresh = [self.disclose(name, value) for name, value in (disclosed or {}).items()]
        envelope = {"iss": self.iss, "iat": int(self._clock()), "jti": self.random_id()}
        return sign_statement(self.key, {**envelope, "type": type, **claims}, [*repeat, *fresh])

"""Access tokens for what shows a person: capabilities, kept as SHA-256 of 256 random bits.

A token is ``clt_`` and 43 characters of base64url. Whoever reads ``access.db`` learns no token, and
a hash of 256 random bits needs no salt and no slow hash.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from ledger.core.encoding import b64url
from ledger.store.errors import StoreError
from ledger.store.sqlite.access import SQLiteAccess

PREFIX = "clt_"
SECRET = 32  # bytes
_is_scope = re.compile(r"[a-z0-9][a-z0-9._:/-]{0,127}").fullmatch


class UnknownToken(StoreError):
    """No such token, or it is revoked or expired; which of them is not told."""

    code = "unknown-token"


class MalformedScope(StoreError):
    """A scope is lower-case letters, digits and ``. _ : / -``, such as ``archive:read``."""

    code = "malformed-scope"


class Token(NamedTuple):
    """What is known of a token; the secret itself is not.

    Attributes:
        id: public name, for listing and revoking.
        scopes: what it may do.
        created, expires, revoked: seconds since 1970.
    """

    id: str
    label: str
    scopes: tuple[str, ...]
    created: int
    expires: int | None
    revoked: int | None


class Tokens:
    """The tokens of one ledger.

    Args:
        path: of ``access.db``.
        clock: seconds since 1970.
        random: gives that many random bytes.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Callable[[], float] = time.time,
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._rows = SQLiteAccess(path)
        self._clock = clock
        self._random = random

    def new(
        self, scopes: Iterable[str], *, label: str = "", expires: int | None = None
    ) -> tuple[Token, str]:
        """Make a token. Its secret is in this answer and nowhere else.

        Raises:
            MalformedScope: a scope is not of its form, or there is none.
        """
        wanted = tuple(sorted(set(scopes)))
        if not wanted or not all(map(_is_scope, wanted)):
            raise MalformedScope("a token needs scopes such as 'archive:read'")
        secret = PREFIX + b64url(self._random(SECRET))
        token = Token(b64url(self._random(9)), label, wanted, int(self._clock()), expires, None)
        row = (token.id, label, " ".join(wanted), token.created, expires, None)
        self._rows.add(_hash(secret), row)
        return token, secret

    def list(self) -> list[Token]:
        """Every token, oldest first, also the revoked ones."""
        return [_token(row) for row in self._rows.all()]

    def revoke(self, ident: str) -> None:
        """End a token from now on.

        Raises:
            UnknownToken: there is none with this id, or it is revoked already.
        """
        if not self._rows.revoke(ident, int(self._clock())):
            raise UnknownToken(f"no token {ident!r} is in use")

    def check(self, secret: str) -> Token:
        """The token that a caller presents.

        Raises:
            UnknownToken: it opens nothing.
        """
        row = self._rows.live(_hash(secret), int(self._clock()))
        if row is None:
            raise UnknownToken("this token opens nothing")
        return _token(row)

    def close(self) -> None:
        """Close the connections."""
        self._rows.close()


def _hash(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _token(row: Any) -> Token:
    return Token(row[0], row[1], tuple(row[2].split(" ")), row[3], row[4], row[5])

"""Who may see persons: bearers of a token with the scope for it (RFC 6750)."""

from __future__ import annotations

from flask import request

from api.problems import Problem, door
from api.service import service
from ledger.store.tokens import Token, UnknownToken

REALM = 'Bearer realm="certificate-ledger"'


def bearer() -> Token:
    """The token of the present request.

    Raises:
        Problem: there is none, or it opens nothing.
    """
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        raise door("token-missing", headers={"WWW-Authenticate": REALM})
    try:
        return service().tokens.check(secret.strip())
    except UnknownToken:
        challenge = f'{REALM}, error="invalid_token"'
        raise door("unknown-token", headers={"WWW-Authenticate": challenge}) from None


def scope_missing(scope: str) -> Problem:
    """The problem of a token that does not reach so far."""
    challenge = f'{REALM}, error="insufficient_scope", scope="{scope}"'
    return door("scope-missing", f"needs {scope}", headers={"WWW-Authenticate": challenge})

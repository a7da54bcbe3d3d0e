"""Ids and salts from a secret: random to everybody else, the same again after a run was cut off.

Each is HMAC-SHA-256 (RFC 2104) of what it is for, keyed with 32 random bytes that never leave the
folder of the parties. Whoever does not have the key cannot tell them from random bytes.
"""

import hmac
import os
from collections.abc import Callable
from pathlib import Path

from ledger.cli.errors import Failure
from ledger.cli.files import write_whole
from ledger.core.encoding import b64url, b64url_decode
from ledger.core.errors import CoreError

SECRET_BYTES = 32
_ID_BYTES = 16


class Chance:
    """Draws by name: the same name, the same draw."""

    def __init__(self, secret: bytes) -> None:
        assert len(secret) == SECRET_BYTES, f"a secret has {SECRET_BYTES} bytes"
        self._secret = secret

    def draw(self, name: str) -> bytes:
        """32 bytes."""
        return hmac.digest(self._secret, name.encode(), "sha256")

    def id(self, name: str) -> str:
        """128 bits in base64url, 22 characters."""
        return b64url(self.draw(f"id/{name}")[:_ID_BYTES])

    def salt(self, subject: str, disclosure: str) -> bytes:
        """The 32-byte salt of one disclosure about one registration or student."""
        return self.draw(f"salt/{subject}/{disclosure}")

    def below(self, bound: int, name: str) -> int:
        """An integer from 0 to `bound` - 1. The bias, `bound` in 2**256, cannot be noticed."""
        return int.from_bytes(self.draw(f"below/{name}"), "big") % bound


def kept_secret(path: Path, random: Callable[[int], bytes] = os.urandom) -> bytes:
    """The secret of a file, drawn and made durable at the first call.

    Raises:
        Failure: the file is open to other users, or holds something else.
    """
    if not path.exists():
        write_whole(path, b64url(random(SECRET_BYTES)).encode() + b"\n", mode=0o600, replace=False)
    if path.stat().st_mode & 0o077:
        raise Failure(f"{path} is open to other users", f"Close it: chmod 600 {path}")
    try:
        secret = b64url_decode(path.read_bytes().strip())
    except (OSError, CoreError):
        secret = b""
    if len(secret) != SECRET_BYTES:
        raise Failure(f"{path} does not hold the secret that ids are drawn from")
    return secret

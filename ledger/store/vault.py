"""Disclosures at rest: one ciphertext a statement, AES-256-GCM under the student's own key.

``nonce (12) ‖ ciphertext ‖ tag (16)``. The associated data is the statement's leaf hash, so that a
ciphertext moved to another statement does not open. The plaintext is the disclosures as they were
sent, each followed by ``~``, padded with ``~`` to whole blocks: a mark's length tells nothing after
the key is gone. Sources: NIST SP 800-38D (a random 96-bit nonce for each encryption).
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.core.sdjwt import Disclosure, parse_disclosure
from ledger.store.errors import Contradiction

KEY = 32
NONCE = 12
BLOCK = 128


def encrypt(key: bytes, disclosures: Sequence[Disclosure], leaf: bytes, nonce: bytes) -> bytes:
    """The disclosures of the statement with that leaf hash, under ``key`` (32 bytes).

    Args:
        nonce: 12 random bytes, never used before with this key.
    """
    text = "".join(f"{one.encoded}~" for one in disclosures).encode("ascii")
    padded = text.ljust(-(-len(text) // BLOCK) * BLOCK, b"~")
    return nonce + AESGCM(key).encrypt(nonce, padded, leaf)


def decrypt(key: bytes, sealed: bytes, leaf: bytes) -> tuple[Disclosure, ...]:
    """What :func:`encrypt` was given.

    Raises:
        Contradiction: the bytes are not those, or belong to another statement or key.
    """
    try:
        padded = AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], leaf)
    except (InvalidTag, ValueError):
        raise Contradiction("encrypted disclosures do not open under their key") from None
    return tuple(parse_disclosure(part) for part in padded.decode("ascii").split("~") if part)

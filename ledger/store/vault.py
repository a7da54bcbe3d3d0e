"""Disclosures at rest: one ciphertext a statement, AES-256-GCM under the student's own key.

``nonce (12) ‖ ciphertext ‖ tag (16)``. The associated data is the statement's leaf hash, so that a
ciphertext moved to another statement does not open. The plaintext is the disclosures as they were
sent, each followed by ``~``, padded with ``~`` to whole blocks: a mark's length tells nothing after
the key is gone. Sources: NIST SP 800-38D (a random 96-bit nonce for each encryption).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.core.sdjwt import Disclosure, parse_disclosure
from ledger.core.statement import Statement
from ledger.domain.admission import Load, LoadPerson
from ledger.domain.holders import holder_of
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


def own_key(statement: Statement) -> str:
    """Name of the key of a statement whose disclosures are about no student."""
    return f"leaf/{statement.leaf_id}"


def open_sealed(
    sealed: bytes,
    statement: Statement,
    load: Load,
    load_person: LoadPerson,
    key_of: Callable[[str], bytes | None],
) -> tuple[Disclosure, ...] | None:
    """The disclosures of a statement, or ``None`` where their key was destroyed.

    Args:
        load: the record under a key.
        load_person: the private fact under a key: only these say whose key it is.
        key_of: the key of a student, or of a statement of its own.

    Raises:
        Contradiction: the ciphertext is not what was stored.
    """
    holder = holder_of(statement, load, load_person)
    key = (holder and key_of(holder)) or key_of(own_key(statement))
    return None if key is None else decrypt(key, sealed, statement.leaf)

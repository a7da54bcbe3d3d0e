"""Proofs that travel (C2SP tlog-proof): an inclusion proof and its checkpoint in one text.

    c2sp.org/tlog-proof@v1
    index <i>
    <base64 hash>, one a line
    <empty line>
    <checkpoint>

Whoever pinned the log's verifier key can check it against an entry without asking anybody.
"""

import re

from ledger.core.checkpoint import open_checkpoint
from ledger.core.encoding import b64, b64_decode
from ledger.core.errors import InvalidProof, MalformedStatement
from ledger.core.note import VerifierKey
from ledger.core.tree import MAX_SIZE, InclusionProof, TreeHead
from ledger.core.verifier import verify_inclusion

HEADER = "c2sp.org/tlog-proof@v1"
MAX_HASHES = 63  # a path in the largest tree

_TEXT = re.compile(re.escape(HEADER) + r"\nindex (0|[1-9][0-9]{0,18})\n((?:[^\n]+\n)*)\n")


def format_proof(proof: InclusionProof, checkpoint: str) -> str:
    """Return the text of an inclusion proof and the checkpoint (a signed note) it is against."""
    hashes = "".join(f"{b64(node)}\n" for node in proof.hashes)
    return f"{HEADER}\nindex {proof.index}\n{hashes}\n{checkpoint}"


def parse_proof(text: str) -> tuple[int, tuple[bytes, ...], str]:
    """Return index, hashes and checkpoint (a signed note, unopened), else raise `InvalidProof`."""
    match = _TEXT.match(text)
    if not match or int(match[1]) > MAX_SIZE:
        raise InvalidProof("malformed-proof", "not a tlog-proof")
    lines = match[2].split("\n")[:-1]
    if len(lines) > MAX_HASHES:
        raise InvalidProof("malformed-proof", f"more than {MAX_HASHES} hashes")
    try:
        hashes = tuple(b64_decode(line) for line in lines)
    except MalformedStatement as error:
        raise InvalidProof("malformed-proof", error.detail) from None
    return int(match[1]), hashes, text[match.end() :]


def verify_proof(text: str, leaf: bytes, vkey: VerifierKey) -> tuple[int, TreeHead]:
    """Return the index of a leaf hash and the tree head that it was proven against.

    Raises `InvalidProof`, or `InvalidNote` where the checkpoint is not this log's.
    """
    index, hashes, checkpoint = parse_proof(text)
    head = open_checkpoint(checkpoint, vkey)
    verify_inclusion(leaf, InclusionProof(index, head.size, hashes), head)
    return index, head

"""Checking proofs (RFC 9162, 2.1.3.2 and 2.1.4.2): origin, size, root and index as one value.

A proof is genuine only for the tree and the place it was made for: `TreeHead` and the proof carry
them, and all are compared. `ledger.core.prover` works by another algorithm, from RFC 6962, so that
neither can hide the other's mistake.
"""

from ledger.core.errors import InvalidProof
from ledger.core.tree import (
    EMPTY_ROOT,
    HASH,
    ConsistencyProof,
    InclusionProof,
    TreeHead,
    node_hash,
)


def verify_inclusion(leaf: bytes, proof: InclusionProof, head: TreeHead) -> None:
    """Raise `InvalidProof` unless this leaf hash stands at `proof.index` of that tree."""
    if proof.size != head.size:
        raise InvalidProof("wrong-size", f"a proof for {proof.size}, a head of {head.size} entries")
    if not 0 <= proof.index < head.size:
        raise InvalidProof("index-out-of-range", f"no entry {proof.index} in {head.size}")
    _check_hashes(leaf, *proof.hashes)
    place, last, node = proof.index, head.size - 1, leaf
    for sibling in proof.hashes:
        if last == 0:
            raise InvalidProof("malformed-proof", "the proof is too long")
        if place & 1 or place == last:
            node = node_hash(sibling, node)
            place, last = _skip_right_edge(place, last)
        else:
            node = node_hash(node, sibling)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise InvalidProof("malformed-proof", "the proof is too short")
    if node != head.root:
        raise InvalidProof("wrong-inclusion", f"the leaf is not entry {proof.index} of this tree")


def verify_consistency(proof: ConsistencyProof, old: TreeHead, new: TreeHead) -> None:
    """Raise `InvalidProof` unless the new tree starts with the old one.

    RFC 9162 leaves out two cases: every tree starts with the empty one, and a tree is consistent
    with itself; both proofs are empty.
    """
    if old.origin != new.origin:
        raise InvalidProof("wrong-origin", f"{old.origin} and {new.origin} are two logs")
    if (proof.old, proof.new) != (old.size, new.size):
        raise InvalidProof("wrong-size", "the proof is for other trees than these two")
    if not 0 <= old.size <= new.size:
        raise InvalidProof("index-out-of-range", f"{old.size} entries cannot start {new.size}")
    _check_hashes(*proof.hashes)
    if old.size == 0 or old.size == new.size:
        if proof.hashes:
            raise InvalidProof("malformed-proof", "nothing needs to be proven here")
        if old.root != (EMPTY_ROOT if old.size == 0 else new.root):
            raise InvalidProof("wrong-consistency", "the roots of these sizes differ")
        return
    old_root, new_root = _roots(proof, old)
    if old_root != old.root or new_root != new.root:
        raise InvalidProof("wrong-consistency", "the new tree does not start with the old one")


def _roots(proof: ConsistencyProof, old: TreeHead) -> tuple[bytes, bytes]:
    """Return the old and the new root that the proof leads to."""
    place, last = proof.old - 1, proof.new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    # A full old tree is a node of the new one, and the proof need not repeat its root.
    path = proof.hashes if place else (old.root, *proof.hashes)
    if not path:
        raise InvalidProof("malformed-proof", "the proof is too short")
    old_root = new_root = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise InvalidProof("malformed-proof", "the proof is too long")
        if place & 1 or place == last:
            old_root, new_root = node_hash(sibling, old_root), node_hash(sibling, new_root)
            place, last = _skip_right_edge(place, last)
        else:
            new_root = node_hash(new_root, sibling)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise InvalidProof("malformed-proof", "the proof is too short")
    return old_root, new_root


def _skip_right_edge(place: int, last: int) -> tuple[int, int]:
    """Climb the levels at which the last node has no sibling."""
    while place and not place & 1:
        place, last = place >> 1, last >> 1
    return place, last


def _check_hashes(*hashes: bytes) -> None:
    if any(len(node) != HASH for node in hashes):
        raise InvalidProof("malformed-proof", "a hash has 32 bytes")

"""Making proofs (RFC 6962, 2.1.1 and 2.1.2) from whatever can tell the hash of a full subtree.

A `HashReader` is asked for node `index` at `level`: the root of the 2^level leaves that start at
index · 2^level. Only full subtrees are asked for, about log2(size) of them for each proof.
"""

from collections.abc import Callable

from ledger.core.errors import InvalidProof
from ledger.core.tree import (
    EMPTY_ROOT,
    ConsistencyProof,
    Frontier,
    InclusionProof,
    node_hash,
)

HashReader = Callable[[int, int], bytes]


def inclusion_proof(read: HashReader, index: int, size: int) -> InclusionProof:
    """Return the proof of entry `index` of `size` entries, else raise `InvalidProof`."""
    if not 0 <= index < size:
        raise InvalidProof("index-out-of-range", f"no entry {index} in {size}")
    start, stop, siblings = 0, size, list[bytes]()
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            siblings.append(_range_root(read, middle, stop))
            stop = middle
        else:
            siblings.append(_range_root(read, start, middle))
            start = middle
    return InclusionProof(index, size, tuple(reversed(siblings)))


def consistency_proof(read: HashReader, old: int, new: int) -> ConsistencyProof:
    """Return the proof that the first `old` of `new` entries stayed, else raise `InvalidProof`."""
    if not 0 <= old <= new:
        raise InvalidProof("index-out-of-range", f"{old} entries cannot start {new}")
    if old == 0:
        return ConsistencyProof(old, new, ())
    start, stop, siblings = 0, new, list[bytes]()
    while stop != old:
        middle = start + _split(stop - start)
        if old <= middle:
            siblings.append(_range_root(read, middle, stop))
            stop = middle
        else:
            siblings.append(_range_root(read, start, middle))
            start = middle
    if start:  # else the whole old tree is one node, whose root the verifier has
        siblings.append(_range_root(read, start, stop))
    return ConsistencyProof(old, new, tuple(reversed(siblings)))


def tree_root(read: HashReader, size: int) -> bytes:
    """Return the root hash of the tree of the first `size` entries."""
    return _range_root(read, 0, size) if size else EMPTY_ROOT


def frontier_of(read: HashReader, size: int) -> Frontier:
    """Return the right edge of the tree of the first `size` entries."""
    levels = [level for level in reversed(range(size.bit_length())) if size >> level & 1]
    return Frontier(size, [read(level, (size >> level) - 1) for level in levels])


def _split(count: int) -> int:
    """Return the largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


def _range_root(read: HashReader, start: int, stop: int) -> bytes:
    """Return the root over leaves [start, stop), where start is a multiple of what it splits to."""
    count = stop - start
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return read(level, start >> level)
    middle = start + _split(count)
    return node_hash(_range_root(read, start, middle), _range_root(read, middle, stop))

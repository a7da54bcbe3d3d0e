"""The Merkle tree's values: hashes, heads, proofs and the right edge (RFC 6962, 2.1).

leaf = SHA-256(00 || entry)    node = SHA-256(01 || left || right)    empty root = SHA-256("")
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from ledger.core.errors import InvalidProof

HASH = 32
EMPTY_ROOT = sha256().digest()
MAX_SIZE = 2**63 - 1  # entries; also what a checkpoint may say


def leaf_hash(entry: bytes) -> bytes:
    """Return the 32-byte hash of a leaf."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the 32-byte hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class TreeHead:
    """The whole state of a log in one value."""

    origin: str
    size: int  # entries
    root: bytes  # 32 bytes


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """That a leaf stands at an index of a tree of this size: siblings from the leaf upwards."""

    index: int
    size: int
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """That a tree of size `new` starts with the tree of size `old` (RFC 6962, 2.1.2)."""

    old: int
    new: int
    hashes: tuple[bytes, ...]


class Frontier:
    """The right edge of a growing tree: the roots of its full subtrees, largest first.

    One for each bit set in the size, so a few hundred bytes stand for any number of leaves.
    """

    __slots__ = ("_hashes", "size")

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self._hashes = list(hashes)
        if size < 0 or len(self._hashes) != size.bit_count():
            raise InvalidProof("malformed-frontier", f"{size} entries need other hashes")
        if any(len(node) != HASH for node in self._hashes):
            raise InvalidProof("malformed-frontier", "a hash has 32 bytes")

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """The roots of the full subtrees, largest first."""
        return tuple(self._hashes)

    def append(self, leaf: bytes) -> None:
        """Add a leaf hash at position `size`."""
        hashes, carry = self._hashes, self.size
        while carry & 1:
            leaf = sha256(b"\x01" + hashes.pop() + leaf).digest()
            carry >>= 1
        hashes.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """Return the root hash of the tree as it stands."""
        if not self._hashes:
            return EMPTY_ROOT
        *larger, root = self._hashes
        for left in reversed(larger):
            root = node_hash(left, root)
        return root

    def copy(self) -> "Frontier":
        """Return an independent frontier of the same tree."""
        return Frontier(self.size, self._hashes)

    def to_bytes(self) -> bytes:
        """Return size (8 bytes, big-endian) and hashes: 8 + 32 bytes for each bit set in size."""
        return self.size.to_bytes(8, "big") + b"".join(self._hashes)

    @staticmethod
    def from_bytes(data: bytes) -> "Frontier":
        """Return the frontier that `to_bytes` wrote, else raise `InvalidProof`."""
        if len(data) < 8:
            raise InvalidProof("malformed-frontier", "the size takes 8 bytes")
        hashes = [data[start : start + HASH] for start in range(8, len(data), HASH)]
        return Frontier(int.from_bytes(data[:8], "big"), hashes)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Frontier):
            return NotImplemented
        return self.size == other.size and self._hashes == other._hashes

    __hash__ = None  # type: ignore[assignment]  # it grows

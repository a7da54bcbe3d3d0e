"""Trees of nothing but leaves in a list, by the definitions of RFC 6962, 2.1, word for word."""

from hashlib import sha256

from ledger.core.tree import TreeHead, leaf_hash

ORIGIN = "log.example/test"


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(b"entry %d " % i) for i in range(count)]


def tree_hash(nodes: list[bytes]) -> bytes:
    """MTH(D[n]) of RFC 6962, 2.1, over leaf hashes."""
    if not nodes:
        return sha256(b"").digest()
    if len(nodes) == 1:
        return nodes[0]
    k = 1
    while 2 * k < len(nodes):
        k *= 2
    return sha256(b"\x01" + tree_hash(nodes[:k]) + tree_hash(nodes[k:])).digest()


def head(nodes: list[bytes]) -> TreeHead:
    return TreeHead(ORIGIN, len(nodes), tree_hash(nodes))


class ListReader:
    """A hash reader that computes every node anew from the leaves."""

    def __init__(self, nodes: list[bytes]) -> None:
        self._nodes = nodes
        self._known: dict[tuple[int, int], bytes] = {}

    def __call__(self, level: int, index: int) -> bytes:
        start, stop = index << level, index + 1 << level
        assert stop <= len(self._nodes), "only full subtrees may be asked for"
        if (level, index) not in self._known:
            self._known[level, index] = tree_hash(self._nodes[start:stop])
        return self._known[level, index]

"""Step A3: the tree, recomputed from the entries' leaf hashes and compared tile by tile.

In memory lies the right edge only: of each level the hashes of the tile that is not full yet.
"""

from __future__ import annotations

from collections.abc import Sequence

from ledger.audit.findings import Findings
from ledger.audit.sources import BLOCK, Source
from ledger.core.encoding import b64
from ledger.core.prover import frontier_of, tree_root
from ledger.core.tile_reader import TileReader
from ledger.core.tiles import HEIGHT, WIDTH, expand, tile_path, tile_width
from ledger.core.tree import HASH, TreeHead

ZERO = bytes(HASH)


class Tree:
    """The tree of the blocks added so far. All but the last block are full."""

    def __init__(self, source: Source, size: int, findings: Findings) -> None:
        self._source = source
        self._claimed = size
        self._findings = findings
        self._edge: list[list[bytes]] = [[]]
        self._wrong: set[tuple[int, int]] = set()  # tiles that are not as recomputed
        self._first_wrong: int | None = None
        self.size = 0

    def add(self, leaves: Sequence[bytes]) -> None:
        """Append a block of leaf hashes."""
        assert self.size % BLOCK == 0, "something follows a block that is not full"
        self.size += len(leaves)
        self._edge[0].extend(leaves)
        if len(leaves) == BLOCK:
            self._close(0)

    def _close(self, level: int) -> None:
        """A tile is full: compare it, and pass its root to the level above."""
        tile = b"".join(self._edge[level])
        n = (self.size >> HEIGHT * (level + 1)) - 1
        self._compare(level, n, tile)
        self._edge[level] = []
        if level + 1 == len(self._edge):
            self._edge.append([])
        self._edge[level + 1].append(expand(tile)[HEIGHT])
        if len(self._edge[level + 1]) == WIDTH:
            self._close(level + 1)

    def _compare(self, level: int, n: int, computed: bytes) -> None:
        """Compare with the tile that the checkpoint's tree has there.

        Where entries are missing at the end it has more hashes, of which nothing can be said.
        """
        width = tile_width(level, n, self._claimed)
        stored = self._source.tile(level, n, width)
        if stored == computed:
            return
        self._wrong.add((level, n))
        path = tile_path(level, n, width)
        start = n * WIDTH << HEIGHT * level
        if stored is None:
            self._report(start, f"{path} is missing")
            return
        differing = [
            at
            for at in range(len(computed) // HASH)
            if stored[at * HASH : (at + 1) * HASH] != computed[at * HASH : (at + 1) * HASH]
        ]
        # A wrong hash above a wrong tile says nothing new.
        new = [at for at in differing if (level - 1, n * WIDTH + at) not in self._wrong]
        if new:
            position = n * WIDTH + new[0] << HEIGHT * level
            self._report(position, f"{path} does not hold the hash of what is there, hash {new[0]}")
        elif len(stored) != width * HASH:
            self._report(start, f"{path} has {len(stored)} bytes, not {width * HASH}")

    def _report(self, position: int, what: str) -> None:
        if self._first_wrong is None or position < self._first_wrong:
            self._first_wrong = position
        self._findings.add("A3", position, what)

    def stored_leaf(self, position: int) -> bytes:
        """The leaf hash that the tiles have for an entry that is missing."""
        n, place = divmod(position, WIDTH)
        tile = self._source.tile(0, n, tile_width(0, n, self._claimed)) or b""
        leaf = tile[place * HASH : (place + 1) * HASH]
        return leaf if len(leaf) == HASH else ZERO

    def root(self, following: Sequence[bytes] = ()) -> bytes:
        """The root with up to 255 leaf hashes more than the full blocks."""
        size = self.size + len(following)
        return tree_root(self._reader(size, following), size)

    def frontier(self) -> bytes:
        """The right edge as databases keep it."""
        return frontier_of(self._reader(self.size), self.size).to_bytes()

    def _reader(self, size: int, following: Sequence[bytes] = ()) -> TileReader:
        rows = [b"".join([*self._edge[0], *following]), *map(b"".join, self._edge[1:])]
        return TileReader(lambda level, n, width: rows[level], size, cached=8)

    def finish(self, head: TreeHead) -> bool:
        """Compare the partial tiles, and the root with the checkpoint's; whether that is right."""
        for level, row in enumerate(self._edge):
            if row:
                self._compare(level, self.size >> HEIGHT * (level + 1), b"".join(row))
        if self.size < head.size:
            what = f"entries {self.size} to {head.size - 1} are missing"
            self._findings.add("A3", self.size, what)
            return False
        root = self.root()
        if root != head.root:
            what = f"the entries' root is {b64(root)}, the checkpoint's {b64(head.root)}"
            self._findings.add("A3", self._first_wrong, what)
        return root == head.root

"""Node hashes of a tree out of its tiles: what `ledger.core.prover` reads to make proofs.

Node (level, index) stands in tile level // 8; within the tile its hash is computed from the hashes
below it, and a bounded number of tiles stays expanded, about 16 kB each.
"""

from copy import copy
from functools import lru_cache

from ledger.core.errors import InvalidProof
from ledger.core.tiles import HEIGHT, WIDTH, ReadTile, check_tile, expand, tile_width
from ledger.core.tree import HASH

CACHED_TILES = 256


class TileReader:
    """A `HashReader` over the tiles of a tree of `size` entries. Safe to share between threads.

    Reads partial tiles at the width that they have in this tree. Raises `InvalidProof` where a tile
    does not have that width; whether its hashes are the log's own shows when the proof is verified.
    """

    def __init__(self, read: ReadTile, size: int, *, cached: int = CACHED_TILES) -> None:
        self.size = size
        self._expanded = lru_cache(maxsize=cached)(
            lambda level, n, width: expand(check_tile(read(level, n, width), width))
        )

    def at(self, size: int) -> "TileReader":
        """Return a reader for another size of the same log, which shares the cache."""
        other = copy(self)
        other.size = size
        return other

    def __call__(self, level: int, index: int) -> bytes:
        """Return the 32-byte hash of node `index` at `level`, the root of 2^level leaves."""
        if not 0 <= index < self.size >> level:
            raise InvalidProof("index-out-of-range", f"no node {level}/{index} in {self.size}")
        tile_level, inner = divmod(level, HEIGHT)
        n, place = divmod(index, WIDTH >> inner)
        width = tile_width(tile_level, n, self.size)
        start = place * HASH
        return self._expanded(tile_level, n, width)[inner][start : start + HASH]

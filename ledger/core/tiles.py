"""Tiles of the tree and bundles of entries (C2SP tlog-tiles): names, contents, growing them.

    tile/<L>/<N>[.p/<W>]        hashes of level L, 32 bytes each, 256 in a full tile
    tile/entries/<N>[.p/<W>]    entries, each behind its length as uint16, big-endian

N is written in groups of three digits, all but the last behind an x: 1234067 is x001/x234/067. A
partial tile holds W hashes, 1 to 255. A hash of level L+1 is the root of a full tile of level L;
empty tiles do not exist; full ones never change.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from ledger.core.errors import InvalidProof
from ledger.core.tree import HASH, node_hash

HEIGHT = 8
WIDTH = 1 << HEIGHT
ENTRIES = -1  # the level of entry bundles

# Seven levels and eighteen digits are more than a tree of MAX_SIZE entries has.
_PATH = re.compile(
    r"tile/(entries|[0-7])/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5]))?"
)


class Tile(NamedTuple):
    """Where a tile stands. `level` is ENTRIES for a bundle, `width` 1 to 256."""

    level: int
    n: int
    width: int


ReadTile = Callable[[int, int, int], bytes]  # level, n, width -> the tile's bytes


def tile_path(level: int, n: int, width: int = WIDTH) -> str:
    """Return a tile's path, without a leading slash."""
    place = f"{n % 1000:03d}"
    while n := n // 1000:
        place = f"x{n % 1000:03d}/{place}"
    partial = f".p/{width}" if width < WIDTH else ""
    return f"tile/{'entries' if level == ENTRIES else level}/{place}{partial}"


def parse_tile_path(path: str) -> Tile:
    """Return the tile that a path names, else raise `InvalidProof`; no tile has two paths."""
    match = _PATH.fullmatch(path)
    if not match:
        raise InvalidProof("malformed-tile-path", f"{path[:80]!r} names no tile")
    level, place, width = match.groups()
    n = int(place.replace("x", "").replace("/", ""))
    tile = Tile(ENTRIES if level == "entries" else int(level), n, int(width or WIDTH))
    if tile_path(*tile) != path:
        raise InvalidProof("malformed-tile-path", f"{path[:80]!r} is spelt differently")
    return tile


def tiles_of(size: int) -> Iterator[Tile]:
    """Yield the hash tiles of a tree of `size` entries, level by level, left to right."""
    level = 0
    while count := size >> HEIGHT * level:
        yield from _row(level, count)
        level += 1


def bundles_of(size: int) -> Iterator[Tile]:
    """Yield the entry bundles of a log of `size` entries, in order."""
    return _row(ENTRIES, size)


def tile_width(level: int, n: int, size: int) -> int:
    """Return the width (0 to 256) that a tile has in a tree of `size` entries."""
    count = size >> HEIGHT * max(level, 0)
    return max(0, min(WIDTH, count - n * WIDTH))


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """Return the bundle of entries, each at most 65,535 bytes."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def decode_bundle(data: bytes, width: int) -> list[bytes]:
    """Return the `width` entries of a bundle, else raise `InvalidProof`."""
    entries, place = [], 0
    while place < len(data):
        start = place + 2
        place = start + int.from_bytes(data[place:start], "big")
        entries.append(data[start:place])
    if place != len(data) or len(entries) != width:
        raise InvalidProof("malformed-bundle", f"not exactly {width} entries")
    return entries


def grow_tiles(read: ReadTile, size: int, leaves: Sequence[bytes]) -> Iterator[tuple[Tile, bytes]]:
    """Yield the tiles that change when leaf hashes are appended to a tree of `size` entries.

    `read` is asked for the partial tiles at the old right edge only. Each tile comes once, with its
    new width and bytes.
    """
    level, hashes = 0, leaves
    while hashes:
        n, width = divmod(size >> HEIGHT * level, WIDTH)
        row = check_tile(read(level, n, width), width) if width else b""
        row += b"".join(hashes)
        full = []
        for start in range(0, len(row), WIDTH * HASH):
            data = row[start : start + WIDTH * HASH]
            yield Tile(level, n, len(data) // HASH), data
            if len(data) == WIDTH * HASH:
                full.append(expand(data)[HEIGHT])
            n += 1
        level, hashes = level + 1, full


def check_tile(data: bytes, width: int) -> bytes:
    """Return a tile's bytes if they have this width, else raise `InvalidProof`."""
    if len(data) != width * HASH:
        raise InvalidProof("malformed-tile", f"{len(data)} bytes are not {width} hashes")
    return data


def expand(tile: bytes) -> list[bytes]:
    """Return the hashes within a tile, level by level, each level as one string of full nodes.

    A full tile has 9 levels, the last of them its root.
    """
    levels = [tile]
    while len(below := levels[-1]) >= 2 * HASH:
        nodes = range(0, len(below) - HASH, 2 * HASH)
        levels.append(
            b"".join([node_hash(below[i : i + 32], below[i + 32 : i + 64]) for i in nodes])
        )
    return levels


def _row(level: int, count: int) -> Iterator[Tile]:
    full, partial = divmod(count, WIDTH)
    for n in range(full):
        yield Tile(level, n, WIDTH)
    if partial:
        yield Tile(level, full, partial)

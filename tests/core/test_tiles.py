from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.errors import InvalidProof
from ledger.core.tiles import (
    ENTRIES,
    WIDTH,
    Tile,
    bundles_of,
    decode_bundle,
    encode_bundle,
    expand,
    grow_tiles,
    parse_tile_path,
    tile_path,
    tile_width,
    tiles_of,
)
from tests.core.refusing import refused
from tests.core.trees import leaves, tree_hash

LEAVES = leaves(1_000)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0, 256), "tile/0/000"),
        (Tile(0, 273, 112), "tile/0/273.p/112"),
        (Tile(2, 0, 1), "tile/2/000.p/1"),
        (Tile(1, 1234067, 256), "tile/1/x001/x234/067"),
        (Tile(0, 1000, 255), "tile/0/x001/000.p/255"),
        (Tile(ENTRIES, 1234067, 256), "tile/entries/x001/x234/067"),
        (Tile(ENTRIES, 5, 44), "tile/entries/005.p/44"),
    ],
)
def test_paths(tile: Tile, path: str) -> None:
    assert tile_path(*tile) == path
    assert parse_tile_path(path) == tile


def test_a_tile_is_full_unless_said() -> None:
    assert tile_path(0, 7) == "tile/0/007"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/x000/001",
        "tile/0/001/x002",
        "tile/0/x001",
        "tile/00/001",
        "tile/8/001",
        "tile/-1/001",
        "tile/data/001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/999",
        "tile/0/000.p/",
        "tile/0/٠٠١",
        "tile/0/000\n",
        "tile/0/" + "x001/" * 2000 + "000",
        "tile/../../etc/passwd",
    ],
)
def test_refuses_other_paths(path: str) -> None:
    with refused("malformed-tile-path", InvalidProof):
        parse_tile_path(path)


@given(st.integers(-1, 7), st.integers(0, 10**18 - 1), st.integers(1, 256))
def test_every_tile_has_one_path(level: int, n: int, width: int) -> None:
    assert parse_tile_path(tile_path(level, n, width)) == (level, n, width)


@given(st.text(alphabet="tile/0123x.pnrs", max_size=30).map(lambda tail: "tile/" + tail))
def test_what_is_read_is_written(path: str) -> None:
    try:
        tile = parse_tile_path(path)
    except InvalidProof:
        return
    assert tile_path(*tile) == path


def test_the_tiles_of_70_000_entries() -> None:
    """The log format's example: 273 full and one of 112; one full and one of 17; one of 1."""
    tiles = list(tiles_of(70_000))
    assert Counter((tile.level, tile.width) for tile in tiles) == {
        (0, 256): 273,
        (0, 112): 1,
        (1, 256): 1,
        (1, 17): 1,
        (2, 1): 1,
    }
    assert tiles[273] == (0, 273, 112)
    assert tile_path(*tiles[-2]) == "tile/1/001.p/17"
    bundles = list(bundles_of(70_000))
    assert [tile_path(*bundle) for bundle in bundles[-2:]] == [
        "tile/entries/272",
        "tile/entries/273.p/112",
    ]
    assert sum(bundle.width for bundle in bundles) == 70_000


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 65_535, 65_536, 70_000])
def test_no_tile_is_empty_and_each_has_its_width(size: int) -> None:
    for tile in [*tiles_of(size), *bundles_of(size)]:
        assert 1 <= tile.width <= 256
        assert tile_width(tile.level, tile.n, size) == tile.width
    assert tile_width(0, size // 256 + 1, size) == 0


def grown(*steps: int) -> dict[tuple[int, int], bytes]:
    """The tiles after appending so many leaves at a time."""
    tiles: dict[tuple[int, int], bytes] = {}
    size = 0
    for step in steps:

        def read(level: int, n: int, width: int, size: int = size) -> bytes:
            assert 0 < width < WIDTH, "only partial tiles of the right edge are read"
            assert width == tile_width(level, n, size)
            return tiles[level, n]

        changed = list(grow_tiles(read, size, LEAVES[size : size + step]))
        size += step
        for tile, data in changed:
            assert tile.width == tile_width(tile.level, tile.n, size)
            assert len(data) == tile.width * 32
            tiles[tile.level, tile.n] = data
        assert len({tile[:2] for tile, _ in changed}) == len(changed)
    return tiles


@pytest.mark.parametrize("steps", [(1,), (256,), (1000,), (255, 1, 1, 743), (300, 212, 488)])
def test_tiles_grow_to_the_same_whatever_the_steps(steps: tuple[int, ...]) -> None:
    size = sum(steps)
    tiles = grown(*steps)
    assert set(tiles) == {tile[:2] for tile in tiles_of(size)}
    for level, n, width in tiles_of(size):
        span = WIDTH**level
        nodes = [
            tree_hash(LEAVES[(n * WIDTH + i) * span : (n * WIDTH + i + 1) * span])
            for i in range(width)
        ]
        assert tiles[level, n] == b"".join(nodes)


def test_nothing_appended_changes_nothing() -> None:
    assert list(grow_tiles(lambda *_: b"", 300, [])) == []


@pytest.mark.parametrize("edge", [b"", bytes(43 * 32), bytes(44 * 32 + 1)])
def test_a_damaged_edge_is_refused(edge: bytes) -> None:
    with refused("malformed-tile", InvalidProof):
        list(grow_tiles(lambda *_: edge, 300, LEAVES[:1]))


@pytest.mark.parametrize("width", [1, 2, 3, 7, 8, 100, 255, 256])
def test_expanded_a_tile_shows_every_full_node(width: int) -> None:
    levels = expand(b"".join(LEAVES[:width]))
    assert len(levels) == width.bit_length()
    for level, nodes in enumerate(levels):
        assert [nodes[i : i + 32] for i in range(0, len(nodes), 32)] == [
            tree_hash(LEAVES[i << level : i + 1 << level]) for i in range(width >> level)
        ]


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_bundles_come_back(entries: list[bytes]) -> None:
    data = encode_bundle(entries)
    assert decode_bundle(data, len(entries)) == entries
    for wrong in (len(entries) + 1, max(0, len(entries) - 1)):
        if wrong != len(entries):
            with refused("malformed-bundle", InvalidProof):
                decode_bundle(data, wrong)


def test_a_bundle_by_hand() -> None:
    assert encode_bundle([b"a", b"", b"x" * 65_535]) == b"\0\1a\0\0\xff\xff" + b"x" * 65_535


@pytest.mark.parametrize("data", [b"\0", b"\0\2a", b"\0\1ab", b"\0\1a\0"])
def test_refuses_other_bundles(data: bytes) -> None:
    for width in range(4):
        with refused("malformed-bundle", InvalidProof):
            decode_bundle(data, width)


@given(st.binary(max_size=40), st.integers(0, 5))
def test_what_is_decoded_is_encoded(data: bytes, width: int) -> None:
    try:
        entries = decode_bundle(data, width)
    except InvalidProof:
        return
    assert encode_bundle(entries) == data

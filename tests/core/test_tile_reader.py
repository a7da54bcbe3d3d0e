from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core.errors import InvalidProof
from ledger.core.merkle import (
    Frontier,
    TreeHead,
    consistency_proof,
    frontier_of,
    inclusion_proof,
    tree_root,
    verify_consistency,
    verify_inclusion,
)
from ledger.core.tile_reader import TileReader
from ledger.core.tiles import grow_tiles
from tests.core.refusing import refused
from tests.core.trees import ORIGIN, ListReader, leaves

SIZE = 70_000
LEAVES = leaves(SIZE)
TILES = {(tile.level, tile.n): data for tile, data in grow_tiles(lambda *_: b"", 0, LEAVES)}
ASKED: Counter[tuple[int, int, int]] = Counter()


def read_tile(level: int, n: int, width: int) -> bytes:
    """As a store does that keeps the widest form of each tile."""
    ASKED[level, n, width] += 1
    return TILES[level, n][: width * 32]


READER = TileReader(read_tile, SIZE)


def head(size: int) -> TreeHead:
    return TreeHead(ORIGIN, size, tree_root(READER.at(size), size))


def test_the_root_of_70_000_leaves() -> None:
    frontier = Frontier()
    for leaf in LEAVES:
        frontier.append(leaf)
    assert tree_root(READER, SIZE) == frontier.root()
    assert frontier_of(READER, SIZE) == frontier


def test_every_node_of_a_small_tree() -> None:
    size = 600
    reader, reference = READER.at(size), ListReader(LEAVES[:size])
    for level in range(10):
        for index in range(size >> level):
            assert reader(level, index) == reference(level, index)
        with refused("index-out-of-range", InvalidProof):
            reader(level, size >> level)
    with refused("index-out-of-range", InvalidProof):
        reader(0, -1)


@settings(max_examples=60)
@given(st.data())
def test_proofs_in_trees_of_any_size(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, SIZE))
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(0, size))
    reader = READER.at(size)
    verify_inclusion(LEAVES[index], inclusion_proof(reader, index, size), head(size))
    verify_consistency(consistency_proof(reader, old, size), head(old), head(size))


def test_only_tiles_of_the_tree_are_asked_for() -> None:
    ASKED.clear()
    reader = TileReader(read_tile, 300)
    inclusion_proof(reader, 299, 300)
    assert set(ASKED) == {(0, 1, 44), (1, 0, 1)}


def test_tiles_stay_expanded_up_to_a_bound() -> None:
    ASKED.clear()
    reader = TileReader(read_tile, SIZE, cached=4)
    for _ in range(3):
        inclusion_proof(reader, 69_990, SIZE)
    assert set(ASKED.values()) == {1}
    for index in range(0, SIZE, 256):
        reader(0, index)
    reader(0, 0)
    assert ASKED[0, 0, 256] == 2


def test_a_tile_of_another_width_is_refused() -> None:
    for data in (b"", bytes(255 * 32), bytes(256 * 32 + 1)):
        with refused("malformed-tile", InvalidProof):
            TileReader(lambda *_, data=data: data, SIZE)(0, 0)


def test_a_wrong_tile_shows_in_the_proof() -> None:
    wrong = TileReader(lambda level, n, width: bytes(width * 32), SIZE)
    with pytest.raises(InvalidProof):
        verify_inclusion(LEAVES[5], inclusion_proof(wrong, 5, SIZE), head(SIZE))


def test_one_reader_serves_many_threads() -> None:
    reader = TileReader(read_tile, SIZE, cached=3)
    expected = head(SIZE)

    def prove(index: int) -> None:
        verify_inclusion(LEAVES[index], inclusion_proof(reader, index, SIZE), expected)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(prove, range(0, SIZE, 1_111))) == [None] * 64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.errors import InvalidProof
from ledger.core.merkle import (
    EMPTY_ROOT,
    Frontier,
    frontier_of,
    leaf_hash,
    node_hash,
    tree_root,
)
from tests.core.refusing import refused
from tests.core.trees import ListReader, leaves, tree_hash

LEAVES = leaves(300)


def test_hashes_of_rfc_6962() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf_hash(b"").hex() == (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    )
    assert leaf_hash(b"\x01" + bytes(64)) != node_hash(bytes(32), bytes(32))


def test_every_root_up_to_300_leaves() -> None:
    frontier = Frontier()
    assert frontier.root() == EMPTY_ROOT
    for size, leaf in enumerate(LEAVES, start=1):
        frontier.append(leaf)
        assert frontier.size == size
        assert frontier.root() == tree_hash(LEAVES[:size])
        assert len(frontier.hashes) == size.bit_count()


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 8, 100, 255, 256, 300])
def test_the_same_edge_from_a_reader_and_from_bytes(size: int) -> None:
    frontier = Frontier()
    for leaf in LEAVES[:size]:
        frontier.append(leaf)
    read = ListReader(LEAVES)
    assert frontier_of(read, size) == frontier
    assert tree_root(read, size) == frontier.root()
    stored = frontier.to_bytes()
    assert len(stored) == 8 + 32 * size.bit_count()
    assert Frontier.from_bytes(stored) == frontier


def test_a_copy_grows_by_itself() -> None:
    frontier = Frontier()
    frontier.append(LEAVES[0])
    copy = frontier.copy()
    copy.append(LEAVES[1])
    assert (frontier.size, copy.size) == (1, 2)
    assert frontier.root() == LEAVES[0]
    assert frontier != copy
    assert frontier != "a frontier"


def test_equal_in_size_and_hashes() -> None:
    assert Frontier(1, LEAVES[:1]) == Frontier(1, LEAVES[:1])
    assert Frontier(1, LEAVES[:1]) != Frontier(2, LEAVES[:1])
    assert Frontier(1, LEAVES[:1]) != Frontier(1, LEAVES[1:2])


def test_a_growing_thing_is_no_key() -> None:
    with pytest.raises(TypeError):
        hash(Frontier())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(7),
        bytes(8) + bytes(32),
        (1).to_bytes(8, "big"),
        (1).to_bytes(8, "big") + bytes(31),
        (1).to_bytes(8, "big") + bytes(33),
        (3).to_bytes(8, "big") + bytes(32),
    ],
)
def test_refuses_other_bytes(data: bytes) -> None:
    with refused("malformed-frontier", InvalidProof):
        Frontier.from_bytes(data)


def test_refuses_a_size_below_nothing() -> None:
    with refused("malformed-frontier", InvalidProof):
        Frontier(-1, [bytes(32)])


@given(st.binary(max_size=120))
def test_what_is_read_is_written(data: bytes) -> None:
    try:
        frontier = Frontier.from_bytes(data)
    except InvalidProof:
        return
    assert frontier.to_bytes() == data

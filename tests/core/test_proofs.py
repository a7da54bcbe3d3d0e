"""Every proof of every tree up to a hundred leaves; then each with something wrong in it.

The second half proves that the first one bites.
"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.errors import InvalidProof
from ledger.core.merkle import (
    EMPTY_ROOT,
    ConsistencyProof,
    InclusionProof,
    TreeHead,
    consistency_proof,
    inclusion_proof,
    verify_consistency,
    verify_inclusion,
)
from tests.core.refusing import flipped, refused
from tests.core.trees import ORIGIN, ListReader, head, leaves, tree_hash

MOST = 100
LEAVES = leaves(MOST)
READ = ListReader(LEAVES)
HEADS = [head(LEAVES[:size]) for size in range(MOST + 1)]
SIZES = range(1, MOST + 1)


@pytest.mark.parametrize("size", SIZES)
def test_every_entry_is_proven(size: int) -> None:
    for index in range(size):
        proof = inclusion_proof(READ, index, size)
        assert (proof.index, proof.size) == (index, size)
        verify_inclusion(LEAVES[index], proof, HEADS[size])


@pytest.mark.parametrize("size", SIZES)
def test_no_bit_of_an_inclusion_proof_can_be_flipped(size: int) -> None:
    for index in range(size):
        proof = inclusion_proof(READ, index, size)
        for place, node in enumerate(proof.hashes):
            wrong = list(proof.hashes)
            wrong[place] = flipped(node, (index * 7 + place) % 256)
            with refused("wrong-inclusion", InvalidProof):
                verify_inclusion(LEAVES[index], replace(proof, hashes=tuple(wrong)), HEADS[size])


@pytest.mark.parametrize("size", SIZES)
def test_a_genuine_proof_proves_no_other_index(size: int) -> None:
    for index in range(size):
        proof = inclusion_proof(READ, index, size)
        for other in range(size):
            if other != index:
                with pytest.raises(InvalidProof):
                    verify_inclusion(LEAVES[index], replace(proof, index=other), HEADS[size])


@pytest.mark.parametrize("size", SIZES)
def test_a_genuine_proof_proves_no_other_size_leaf_or_root(size: int) -> None:
    for index in range(size):
        proof = inclusion_proof(READ, index, size)
        for other in {size - 1, size + 1, 2 * size}:
            with refused("wrong-size", InvalidProof):
                verify_inclusion(LEAVES[index], replace(proof, size=other), HEADS[size])
        with refused("wrong-size", InvalidProof):
            verify_inclusion(LEAVES[index], proof, HEADS[size - 1])
        with refused("wrong-inclusion", InvalidProof):
            verify_inclusion(flipped(LEAVES[index], 0), proof, HEADS[size])
        with refused("wrong-inclusion", InvalidProof):
            root = flipped(HEADS[size].root, 255)
            verify_inclusion(LEAVES[index], proof, TreeHead(ORIGIN, size, root))


@pytest.mark.parametrize("size", SIZES)
def test_an_inclusion_proof_has_its_length(size: int) -> None:
    for index in range(size):
        proof = inclusion_proof(READ, index, size)
        longer = replace(proof, hashes=(*proof.hashes, bytes(32)))
        with refused("malformed-proof", InvalidProof):
            verify_inclusion(LEAVES[index], longer, HEADS[size])
        if proof.hashes:
            shorter = replace(proof, hashes=proof.hashes[:-1])
            with refused("malformed-proof", InvalidProof):
                verify_inclusion(LEAVES[index], shorter, HEADS[size])


@pytest.mark.parametrize("new", range(MOST + 1))
def test_every_tree_starts_with_each_before_it(new: int) -> None:
    for old in range(new + 1):
        proof = consistency_proof(READ, old, new)
        assert (proof.old, proof.new) == (old, new)
        verify_consistency(proof, HEADS[old], HEADS[new])


@pytest.mark.parametrize("new", SIZES)
def test_no_bit_of_a_consistency_proof_can_be_flipped(new: int) -> None:
    for old in range(new + 1):
        proof = consistency_proof(READ, old, new)
        for place, node in enumerate(proof.hashes):
            wrong = list(proof.hashes)
            wrong[place] = flipped(node, (old * 7 + place) % 256)
            with refused("wrong-consistency", InvalidProof):
                verify_consistency(replace(proof, hashes=tuple(wrong)), HEADS[old], HEADS[new])


@pytest.mark.parametrize("new", SIZES)
def test_a_rewritten_history_is_not_consistent(new: int) -> None:
    for old in range(new + 1):
        proof = consistency_proof(READ, old, new)
        rewritten = TreeHead(ORIGIN, old, flipped(HEADS[old].root, 0))
        with refused("wrong-consistency", InvalidProof):
            verify_consistency(proof, rewritten, HEADS[new])
        if old:
            other = TreeHead(ORIGIN, new, flipped(HEADS[new].root, 0))
            with refused("wrong-consistency", InvalidProof):
                verify_consistency(proof, HEADS[old], other)


@pytest.mark.parametrize("new", SIZES)
def test_a_consistency_proof_is_for_its_sizes_and_of_its_length(new: int) -> None:
    for old in range(new + 1):
        proof = consistency_proof(READ, old, new)
        with refused("wrong-size", InvalidProof):
            verify_consistency(replace(proof, old=old + 1), HEADS[old], HEADS[new])
        with refused("wrong-size", InvalidProof):
            verify_consistency(proof, HEADS[old], HEADS[new - 1])
        longer = replace(proof, hashes=(*proof.hashes, bytes(32)))
        with refused("malformed-proof", InvalidProof):
            verify_consistency(longer, HEADS[old], HEADS[new])
        for length in range(len(proof.hashes)):
            shorter = replace(proof, hashes=proof.hashes[:length])
            with refused("malformed-proof", InvalidProof):
                verify_consistency(shorter, HEADS[old], HEADS[new])


def test_two_logs_are_never_consistent() -> None:
    proof = consistency_proof(READ, 3, 8)
    with refused("wrong-origin", InvalidProof):
        verify_consistency(proof, replace(HEADS[3], origin="log.example/other"), HEADS[8])


def test_a_log_does_not_shrink() -> None:
    with refused("index-out-of-range", InvalidProof):
        verify_consistency(ConsistencyProof(8, 3, ()), HEADS[8], HEADS[3])
    with refused("index-out-of-range", InvalidProof):
        consistency_proof(READ, 8, 3)


def test_the_empty_tree_has_the_empty_root() -> None:
    proof = ConsistencyProof(0, 5, ())
    verify_consistency(proof, TreeHead(ORIGIN, 0, EMPTY_ROOT), HEADS[5])
    with refused("wrong-consistency", InvalidProof):
        verify_consistency(proof, TreeHead(ORIGIN, 0, bytes(32)), HEADS[5])


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 0)])
def test_no_proof_outside_the_tree(index: int, size: int) -> None:
    with refused("index-out-of-range", InvalidProof):
        inclusion_proof(READ, index, size)
    with refused("index-out-of-range", InvalidProof):
        verify_inclusion(LEAVES[0], InclusionProof(index, size, ()), HEADS[size])


@pytest.mark.parametrize("node", [b"", bytes(31), bytes(33)])
def test_a_hash_has_32_bytes(node: bytes) -> None:
    proof = inclusion_proof(READ, 0, 2)
    with refused("malformed-proof", InvalidProof):
        verify_inclusion(LEAVES[0], replace(proof, hashes=(node,)), HEADS[2])
    with refused("malformed-proof", InvalidProof):
        verify_inclusion(node, proof, HEADS[2])
    with refused("malformed-proof", InvalidProof):
        verify_consistency(ConsistencyProof(1, 2, (node,)), HEADS[1], HEADS[2])


@given(st.data())
def test_proofs_for_any_leaves(data: st.DataObject) -> None:
    nodes = data.draw(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40))
    size = len(nodes)
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(0, size))
    read = ListReader(nodes)
    verify_inclusion(nodes[index], inclusion_proof(read, index, size), head(nodes))
    verify_consistency(consistency_proof(read, old, size), head(nodes[:old]), head(nodes))


@given(
    st.integers(0, 2**64),
    st.integers(0, 2**64),
    st.lists(st.binary(min_size=32, max_size=32), max_size=70),
)
def test_invented_proofs_of_any_size_prove_nothing(
    small: int, large: int, hashes: list[bytes]
) -> None:
    root = tree_hash(LEAVES[:5])
    with pytest.raises(InvalidProof):
        verify_inclusion(
            LEAVES[0],
            InclusionProof(small, large, tuple(hashes)),
            TreeHead(ORIGIN, large, flipped(root, 3)),
        )
    with pytest.raises(InvalidProof):
        verify_consistency(
            ConsistencyProof(small, large, tuple(hashes)),
            TreeHead(ORIGIN, small, root),
            TreeHead(ORIGIN, large, flipped(root, 3)),
        )

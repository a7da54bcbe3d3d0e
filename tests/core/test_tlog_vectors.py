"""Checkpoints, proofs and notes made by golang.org/x/mod and others: ours are the same bytes."""

from typing import Any

import pytest

from ledger.core.checkpoint import checkpoint_text, open_checkpoint, sign_checkpoint
from ledger.core.encoding import b64, b64_decode
from ledger.core.errors import InvalidNote, InvalidProof
from ledger.core.keys import PrivateKey
from ledger.core.merkle import (
    ConsistencyProof,
    Frontier,
    InclusionProof,
    TreeHead,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from ledger.core.note import NoteSigner, VerifierKey, cosign, open_note, sign_note
from ledger.core.tile_reader import TileReader
from ledger.core.tiles import Tile, grow_tiles
from tests.core.refusing import flipped, refused
from tests.core.trees import leaves

Tlog = dict[str, Any]
LEAVES = leaves(70_000)


def reader_of(size: int) -> TileReader:
    tiles = dict(grow_tiles(lambda *_: b"", 0, LEAVES[:size]))
    return TileReader(lambda level, n, width: tiles[Tile(level, n, width)], size)


@pytest.fixture(scope="module")
def signer(tlog: Tlog) -> NoteSigner:
    return NoteSigner(tlog["origin"], PrivateKey.from_seed(bytes.fromhex(tlog["seed_hex"])))


@pytest.fixture(scope="module")
def heads(tlog: Tlog, signer: NoteSigner) -> dict[int, TreeHead]:
    """The tree heads that the checkpoints of the vectors state."""
    notes = tlog["checkpoints"].items()
    return {int(size): open_checkpoint(note, signer.vkey) for size, note in notes}


@pytest.fixture(scope="module")
def reader() -> TileReader:
    return reader_of(300)


def test_key_and_verifier_key(tlog: Tlog, signer: NoteSigner) -> None:
    assert signer.key.public.raw.hex() == tlog["public_key_hex"]
    assert signer.vkey.keyid.hex() == tlog["key_id_hex"]
    assert str(signer.vkey) == tlog["vkey"]
    assert VerifierKey.parse(tlog["vkey"]) == signer.vkey


def test_leaf_hash(tlog: Tlog) -> None:
    assert leaf_hash(b"entry 0 ").hex() == tlog["leaf_hash_entry0_hex"]


def test_checkpoints_of_every_size(tlog: Tlog, signer: NoteSigner) -> None:
    """Grown leaf by leaf, signed by us, equal to the published note byte for byte."""
    frontier = Frontier()
    sizes = {int(size): note for size, note in tlog["checkpoints"].items()}
    assert len(sizes) == 10
    for leaf in [*LEAVES, None]:
        note = sizes.pop(frontier.size, None)
        if note:
            head = TreeHead(tlog["origin"], frontier.size, frontier.root())
            assert sign_checkpoint(head, signer) == note
            assert open_checkpoint(note, signer.vkey) == head
        if leaf:
            frontier.append(leaf)
    assert not sizes


def test_checkpoints_with_a_flipped_bit_are_refused(tlog: Tlog, signer: NoteSigner) -> None:
    note = tlog["checkpoints"]["300"].encode()
    for bit in range(0, len(note) * 8, 3):
        wrong = flipped(note, bit).decode("utf-8", "surrogateescape")
        with pytest.raises(InvalidNote):
            open_checkpoint(wrong, signer.vkey)


@pytest.mark.parametrize("index", [42, 299])
def test_inclusion(tlog: Tlog, heads: dict[int, TreeHead], reader: TileReader, index: int) -> None:
    proof = inclusion_proof(reader, index, 300)
    assert list(map(b64, proof.hashes)) == tlog[f"inclusion_{index}_in_300"]
    verify_inclusion(LEAVES[index], proof, heads[300])


@pytest.mark.parametrize("old", [255, 256])
def test_consistency(tlog: Tlog, heads: dict[int, TreeHead], reader: TileReader, old: int) -> None:
    proof = consistency_proof(reader, old, 300)
    assert list(map(b64, proof.hashes)) == tlog[f"consistency_{old}_to_300"]
    verify_consistency(proof, heads[old], heads[300])


def test_a_foreign_proof_is_for_its_own_tree_only(heads: dict[int, TreeHead], tlog: Tlog) -> None:
    hashes = tuple(inclusion_proof(reader_of(257), 42, 257).hashes)
    with pytest.raises(InvalidProof):
        verify_inclusion(LEAVES[42], InclusionProof(42, 300, hashes), heads[300])
    with pytest.raises(InvalidProof):
        verify_consistency(ConsistencyProof(256, 300, hashes), heads[256], heads[300])


def test_cosignature(tlog: Tlog, heads: dict[int, TreeHead]) -> None:
    vector = tlog["cosignature"]
    key = PrivateKey.from_seed(bytes.fromhex(vector["witness_seed_hex"]))
    vkey = VerifierKey.parse(vector["vkey"])
    witness = NoteSigner(vkey.name, key)
    assert str(witness.cosigner_vkey) == vector["vkey"]
    note = tlog["checkpoints"]["300"]
    assert vector["signed_message"].endswith(checkpoint_text(heads[300]))
    assert cosign(note, witness, vector["timestamp"]) == vector["line"]
    opened = open_note(note + vector["line"], [vkey])
    assert [s.time for s in opened.signatures] == [vector["timestamp"]]


def test_published_notes(tlog: Tlog) -> None:
    examples = tlog["spec_examples"].values()
    assert len(examples) == 3
    for example in examples:
        vkey = VerifierKey.parse(example["vkey"])
        assert str(vkey) == example["vkey"]
        opened = open_note(example["note"], [vkey])
        assert [s.vkey for s in opened.signatures] == [vkey]
        text = example["note"].rpartition("\n\n")[0] + "\n"
        assert opened.text == text
        changed = example["note"].replace(text[:5], text[:5].swapcase(), 1)
        with refused("wrong-note-signature", InvalidNote):
            open_note(changed, [vkey])


def test_the_notes_packages_own_example(tlog: Tlog) -> None:
    """Its seed is published: golang.org/x/mod/sumdb/note, ExampleSign."""
    seed = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
    signer = NoteSigner("PeterNeumann", PrivateKey.from_seed(b64_decode(seed)[1:]))
    example = tlog["spec_examples"]["x/mod note (PeterNeumann)"]
    assert str(signer.vkey) == example["vkey"]
    assert sign_note(open_note(example["note"], [signer.vkey]).text, [signer]) == example["note"]

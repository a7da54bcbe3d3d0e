import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.checkpoint import sign_checkpoint
from ledger.core.encoding import b64
from ledger.core.errors import CoreError, InvalidNote, InvalidProof
from ledger.core.keys import PrivateKey
from ledger.core.merkle import MAX_SIZE, InclusionProof, inclusion_proof
from ledger.core.note import NoteSigner
from ledger.core.offline import MAX_HASHES, format_proof, parse_proof, verify_proof
from tests.core.refusing import flipped, refused
from tests.core.trees import ORIGIN, ListReader, head, leaves

LEAVES = leaves(20)


@pytest.fixture(scope="module")
def signer(key: PrivateKey) -> NoteSigner:
    return NoteSigner(ORIGIN, key)


@pytest.fixture(scope="module")
def text(signer: NoteSigner) -> str:
    proof = inclusion_proof(ListReader(LEAVES), 7, 20)
    return format_proof(proof, sign_checkpoint(head(LEAVES), signer))


def test_the_format(text: str) -> None:
    lines = text.split("\n")
    assert lines[:2] == ["c2sp.org/tlog-proof@v1", "index 7"]
    assert all(len(line) == 44 for line in lines[2:7])
    assert lines[7:10] == ["", ORIGIN, "20"]


def test_proven_without_asking_anybody(text: str, signer: NoteSigner) -> None:
    assert verify_proof(text, LEAVES[7], signer.vkey) == (7, head(LEAVES))


def test_a_tree_of_one_needs_no_hash(signer: NoteSigner) -> None:
    one = format_proof(InclusionProof(0, 1, ()), sign_checkpoint(head(LEAVES[:1]), signer))
    assert verify_proof(one, LEAVES[0], signer.vkey) == (0, head(LEAVES[:1]))


def test_every_flipped_bit_is_refused(text: str, signer: NoteSigner) -> None:
    data = text.encode()
    for bit in range(len(data) * 8):
        try:
            wrong = flipped(data, bit).decode()
        except UnicodeDecodeError:
            continue
        with pytest.raises(CoreError):
            verify_proof(wrong, LEAVES[7], signer.vkey)


def test_another_leaf_or_log_is_refused(text: str, signer: NoteSigner) -> None:
    with refused("wrong-inclusion", InvalidProof):
        verify_proof(text, LEAVES[8], signer.vkey)
    other = NoteSigner("log.example/other", signer.key)
    with refused("unsigned-note", InvalidNote):
        verify_proof(text, LEAVES[7], other.vkey)


def test_the_largest_log_has_proofs() -> None:
    largest = InclusionProof(MAX_SIZE, MAX_SIZE, (bytes(32),) * MAX_HASHES)
    assert parse_proof(format_proof(largest, "note")) == (MAX_SIZE, largest.hashes, "note")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@v1", "@v2"),
        ("index 7", "index 07"),
        ("index 7", "index -7"),
        ("index 7", "index"),
        ("index 7", "index 9223372036854775808"),
        ("index 7\n", "index 7\n\r\n"),
        ("index 7\n", "index 7\nAAAA=\n"),
        ("index 7\n", "index 7\n" + f"{b64(bytes(32))}\n" * 64),
        ("c2sp", "\nc2sp"),
    ],
)
def test_refuses_other_texts(text: str, old: str, new: str) -> None:
    with refused("malformed-proof", InvalidProof):
        parse_proof(text.replace(old, new, 1))


@given(st.text(alphabet="c2sp.org/tlog-proof@v1\nindex 0A=", max_size=60))
def test_any_text_is_refused_by_one_family(text: str) -> None:
    key = NoteSigner(ORIGIN, PrivateKey.from_seed(bytes(32)))
    with pytest.raises(CoreError):
        verify_proof(text, LEAVES[0], key.vkey)

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.checkpoint import (
    checkpoint_text,
    open_checkpoint,
    parse_checkpoint_text,
    sign_checkpoint,
)
from ledger.core.encoding import b64
from ledger.core.errors import CoreError, InvalidNote
from ledger.core.keys import PrivateKey
from ledger.core.merkle import EMPTY_ROOT, MAX_SIZE, TreeHead
from ledger.core.note import NoteSigner, VerifierKey, cosign, sign_note
from tests.core.refusing import refused

ORIGIN = "log.example/test"
HEAD = TreeHead(ORIGIN, 3, bytes(32))


@pytest.fixture(scope="module")
def signer(key: PrivateKey) -> NoteSigner:
    return NoteSigner(ORIGIN, key)


@pytest.mark.parametrize(
    "head", [HEAD, TreeHead(ORIGIN, MAX_SIZE, bytes(32)), TreeHead(ORIGIN, 0, EMPTY_ROOT)]
)
def test_signed_and_opened(head: TreeHead, signer: NoteSigner) -> None:
    note = sign_checkpoint(head, signer)
    assert note.startswith(f"{ORIGIN}\n{head.size}\n{b64(head.root)}\n\n— {ORIGIN} ")
    assert open_checkpoint(note, signer.vkey) == head


def test_a_cosigned_checkpoint_is_still_one(signer: NoteSigner, other_key: PrivateKey) -> None:
    note = sign_checkpoint(HEAD, signer)
    note += cosign(note, NoteSigner("witness.example", other_key), 1)
    assert open_checkpoint(note, signer.vkey) == HEAD


def test_the_origin_is_the_keys_name(signer: NoteSigner) -> None:
    with refused("wrong-origin", InvalidNote):
        sign_checkpoint(TreeHead("log.example/other", 3, bytes(32)), signer)
    foreign = sign_note(f"log.example/other\n3\n{b64(bytes(32))}\n", [signer])
    with refused("wrong-origin", InvalidNote):
        open_checkpoint(foreign, signer.vkey)


def test_only_the_pinned_key_opens_it(signer: NoteSigner, other_key: PrivateKey) -> None:
    note = sign_checkpoint(HEAD, signer)
    with refused("unsigned-note", InvalidNote):
        open_checkpoint(note, VerifierKey(ORIGIN, other_key.public))


@pytest.mark.parametrize(
    "text",
    [
        "{o}\n3\n",
        "{o}\n3\n{r}\nextension\n",
        "{o}\n\n3\n{r}\n",
        "\n3\n{r}\n",
        "{o}\n03\n{r}\n",
        "{o}\n+3\n{r}\n",
        "{o}\n-3\n{r}\n",
        "{o}\n 3\n{r}\n",
        "{o}\n3.0\n{r}\n",
        "{o}\n٣\n{r}\n",
        "{o}\n9223372036854775808\n{r}\n",
        "{o}\n99999999999999999999999\n{r}\n",
        "{o}\n3\n{r}=\n",
        "{o}\n3\n{s}\n",
        "{o}\n0\n{r}\n",
    ],
)
def test_refuses_other_texts(text: str, signer: NoteSigner) -> None:
    text = text.format(o=ORIGIN, r=b64(bytes(32)), s=b64(bytes(31)))
    with refused("malformed-checkpoint", InvalidNote):
        open_checkpoint(sign_note(text, [signer]), signer.vkey)


@given(st.text(alphabet="log.\n0123=A/+", max_size=80))
def test_what_is_read_is_written(text: str) -> None:
    try:
        head = parse_checkpoint_text(text)
    except CoreError:
        return
    assert checkpoint_text(head) == text


@given(st.integers(1, MAX_SIZE), st.binary(min_size=32, max_size=32))
def test_any_head_comes_back(size: int, root: bytes) -> None:
    signer = NoteSigner(ORIGIN, PrivateKey.from_seed(bytes(32)))
    head = TreeHead(ORIGIN, size, root)
    assert open_checkpoint(sign_checkpoint(head, signer), signer.vkey) == head

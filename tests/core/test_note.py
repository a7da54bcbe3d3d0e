from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.encoding import b64, b64_decode
from ledger.core.errors import CoreError, InvalidKey, InvalidNote
from ledger.core.keys import PrivateKey
from ledger.core.note import (
    COSIGNATURE,
    MAX_SECONDS,
    MAX_SIGNATURES,
    NoteSigner,
    VerifierKey,
    cosign,
    open_note,
    sign_note,
)
from tests.core.refusing import flipped, refused

TEXT = "log.example/test\n3\nroot\n"
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


@pytest.fixture(scope="module")
def signer(key: PrivateKey) -> NoteSigner:
    return NoteSigner("log.example/test", key)


@pytest.fixture(scope="module")
def witness(other_key: PrivateKey) -> NoteSigner:
    return NoteSigner("witness.example/w1", other_key)


def test_signed_and_opened(signer: NoteSigner) -> None:
    note = sign_note(TEXT, [signer])
    assert note.startswith(TEXT + "\n— log.example/test ")
    opened = open_note(note, [signer.vkey])
    assert opened.text == TEXT
    assert [(s.vkey, s.time) for s in opened.signatures] == [(signer.vkey, None)]


def test_a_text_may_have_empty_lines(signer: NoteSigner) -> None:
    text = "one\n\n— log.example/test AAAAAAAA\n\ntwo\n"
    assert open_note(sign_note(text, [signer]), [signer.vkey]).text == text


def test_a_witness_cosigns(signer: NoteSigner, witness: NoteSigner) -> None:
    note = sign_note(TEXT, [signer])
    note += cosign(note, witness, 1_767_225_600)
    opened = open_note(note, [witness.cosigner_vkey, signer.vkey])
    assert [(s.vkey, s.time) for s in opened.signatures] == [
        (signer.vkey, None),
        (witness.cosigner_vkey, 1_767_225_600),
    ]


def test_the_time_is_part_of_a_cosignature(signer: NoteSigner, witness: NoteSigner) -> None:
    note = sign_note(TEXT, [signer])
    line = cosign(note, witness, 1_767_225_600)
    name, encoded = line.removeprefix("— ").rstrip("\n").split(" ")
    data = b64_decode(encoded)
    for bit in range(32, len(data) * 8, 5):  # behind the key id, which only names the key
        with refused("wrong-note-signature", InvalidNote):
            wrong = f"— {name} {b64(flipped(data, bit))}\n"
            open_note(note + wrong, [witness.cosigner_vkey])
    for length in range(5, len(data)):
        with refused("wrong-note-signature", InvalidNote):
            open_note(f"{note}— {name} {b64(data[:length])}\n", [witness.cosigner_vkey])


@pytest.mark.parametrize("seconds", [0, MAX_SECONDS])
def test_the_first_and_the_last_instant(witness: NoteSigner, seconds: int) -> None:
    note = sign_note(TEXT, [witness]) + cosign(sign_note(TEXT, [witness]), witness, seconds)
    assert [s.time for s in open_note(note, [witness.cosigner_vkey]).signatures] == [seconds]


def test_a_cosigner_is_another_key_than_a_signer(witness: NoteSigner) -> None:
    assert witness.vkey != witness.cosigner_vkey
    assert witness.vkey.keyid != witness.cosigner_vkey.keyid
    note = sign_note(TEXT, [witness])
    with refused("unsigned-note", InvalidNote):
        open_note(note, [witness.cosigner_vkey])


def test_unknown_signatures_are_ignored(signer: NoteSigner, witness: NoteSigner) -> None:
    note = sign_note(TEXT, [witness, signer])
    note += f"— ml-dsa.example {b64(b'abcd' + bytes(2420))}\n"
    assert [s.vkey for s in open_note(note, [signer.vkey]).signatures] == [signer.vkey]
    with refused("unsigned-note", InvalidNote):
        open_note(note, [])
    renamed = VerifierKey("log.example/other", signer.key.public)
    with refused("unsigned-note", InvalidNote):
        open_note(note, [renamed])


def test_one_wrong_signature_of_a_known_key_rejects_the_note(
    signer: NoteSigner, witness: NoteSigner
) -> None:
    good = sign_note(TEXT, [signer, witness])
    wrong_line = sign_note("another\n", [witness]).rpartition("\n\n")[2]
    bad = sign_note(TEXT, [signer]) + wrong_line
    assert len(open_note(good, [signer.vkey, witness.vkey]).signatures) == 2
    open_note(bad, [signer.vkey])
    for verifiers in ([witness.vkey], [signer.vkey, witness.vkey]):
        with refused("wrong-note-signature", InvalidNote):
            open_note(bad, verifiers)


def test_a_key_counts_once(signer: NoteSigner) -> None:
    note = sign_note(TEXT, [signer, signer])
    assert len(open_note(note, [signer.vkey, signer.vkey]).signatures) == 1
    wrong = sign_note("another\n", [signer]).rpartition("\n\n")[2]
    with refused("wrong-note-signature", InvalidNote):
        open_note(note + wrong, [signer.vkey])


def test_every_flipped_bit_of_text_or_signature_is_refused(signer: NoteSigner) -> None:
    note = sign_note(TEXT, [signer]).encode()
    for bit in range(len(note) * 8):
        try:
            wrong = flipped(note, bit).decode()
        except UnicodeDecodeError:
            continue
        with pytest.raises(InvalidNote):
            open_note(wrong, [signer.vkey])


LINE = f"— log.example/test {b64(bytes(68))}\n"


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n",
        LINE,
        "\n" + LINE,
        TEXT,
        TEXT + "\n",
        TEXT + "\n" + LINE.rstrip("\n"),
        TEXT + "\n" + LINE + "\n",
        TEXT.rstrip("\n") + LINE,
        TEXT + "\n" + LINE + "x\n",
        TEXT + "\n" + LINE.replace("— ", "- "),
        TEXT + "\n" + LINE.replace("— ", "—"),
        TEXT + "\n" + LINE.replace("— ", "—  "),
        TEXT + "\n" + LINE.replace(" A", "  A"),
        TEXT + "\n" + LINE.replace("=", ""),
        TEXT + "\n" + LINE.replace("A=", "B="),
        TEXT + "\n" + LINE.replace("test", "te+st"),
        TEXT + "\n" + LINE.replace("test", "te\u00a0st"),
        TEXT + "\n" + "— log.example/test\n",
        TEXT + "\n" + f"— log.example/test {b64(bytes(4))}\n",
        TEXT + "\r\n" + LINE,
        "a\tb\n\n" + LINE,
        "a\x00b\n\n" + LINE,
        "a\x1fb\n\n" + LINE,
        "a\ud800b\n\n" + LINE,
        TEXT + "\n" + LINE * (MAX_SIGNATURES + 1),
    ],
)
def test_refuses_what_is_no_note(note: str, signer: NoteSigner) -> None:
    with refused("malformed-note", InvalidNote):
        open_note(note, [signer.vkey])
    with refused("malformed-note", InvalidNote):
        cosign(note, signer, 1)


def test_a_hundred_signatures_are_read(signer: NoteSigner) -> None:
    lines = sign_note(TEXT, [signer]).rpartition("\n\n")[2] * MAX_SIGNATURES
    assert open_note(f"{TEXT}\n{lines}", [signer.vkey]).text == TEXT


@pytest.mark.parametrize("text", ["", "no newline", "a\tb\n", "a\ud800\n", "a\x7f"])
def test_refuses_to_sign_what_could_not_be_opened(text: str, signer: NoteSigner) -> None:
    with refused("malformed-note", InvalidNote):
        sign_note(text, [signer])


def test_a_verifier_key_by_hand(signer: NoteSigner) -> None:
    typed = b"\x01" + signer.key.public.raw
    keyid = sha256(b"log.example/test\n" + typed).digest()[:4]
    assert str(signer.vkey) == f"log.example/test+{keyid.hex()}+{b64(typed)}"
    assert VerifierKey.parse(str(signer.vkey)) == signer.vkey
    cosigner = VerifierKey.parse(str(signer.cosigner_vkey))
    assert cosigner == signer.cosigner_vkey
    assert cosigner.kind == COSIGNATURE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PeterNeumann",
        VKEY.replace("+c7", "c7", 1),
        VKEY.replace("c74f20a3", "c74f20a4"),
        VKEY.replace("c74f20a3", "C74F20A3"),
        VKEY.replace("PeterNeumann", "Peter Neumann"),
        VKEY.replace("PeterNeumann", ""),
        VKEY.replace("PeterNeumann", "PeterNeumann\x01"),
        VKEY.replace("PeterNeumann", "PeterNeumann\ud800"),
        VKEY.replace("10TW", "10T"),
        VKEY + "\n",
        VKEY + "=",
    ],
)
def test_refuses_other_verifier_keys(text: str) -> None:
    assert str(VerifierKey.parse(VKEY)) == VKEY
    with refused("malformed-verifier-key", InvalidNote):
        VerifierKey.parse(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u2003b", "a\x00b", "\ud800"])
def test_refuses_other_names(name: str, key: PrivateKey) -> None:
    with refused("malformed-verifier-key", InvalidNote):
        VerifierKey(name, key.public)


def test_refuses_keys_of_unknown_types_and_unsafe_keys() -> None:
    with refused("unknown-key-type", InvalidNote):
        VerifierKey.parse(f"x+00000000+{b64(bytes([6]) + bytes(1312))}")
    with refused("small-order-key", InvalidKey):
        VerifierKey.parse(f"x+00000000+{b64(bytes([1]) + bytes(32))}")
    with refused("malformed-key", InvalidKey):
        VerifierKey.parse(f"x+00000000+{b64(bytes([1]) + bytes(31))}")


@given(st.text(max_size=80))
def test_any_text_is_refused_by_one_family(text: str) -> None:
    signer = NoteSigner("x", PrivateKey.from_seed(bytes(32)))
    with pytest.raises(CoreError):
        open_note(text, [signer.vkey])
    with pytest.raises(CoreError):
        VerifierKey.parse(text)


@given(
    st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]) | st.just("\n")),
    st.text(
        st.characters(min_codepoint=33, exclude_categories=["Cs", "Zs", "Zl", "Zp", "Cc"]),
        min_size=1,
        max_size=20,
    ),
)
def test_any_text_and_name_come_back(text: Any, name: str) -> None:
    signer = NoteSigner(name.replace("+", "-"), PrivateKey.from_seed(bytes(32)))
    note = sign_note(text + "\n", [signer])
    assert open_note(note, [VerifierKey.parse(str(signer.vkey))]).text == text + "\n"

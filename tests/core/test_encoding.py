import base64
import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.encoding import (
    b64,
    b64_decode,
    b64url,
    b64url_decode,
    is_b64url_16,
    is_b64url_32,
)
from ledger.core.errors import CoreError, MalformedStatement
from tests.core.refusing import refused

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@given(st.binary(max_size=200))
def test_base64url_is_the_standard_librarys_without_padding(data: bytes) -> None:
    text = base64.urlsafe_b64encode(data).decode().rstrip("=")
    assert b64url(data) == text
    assert b64url_decode(text) == data
    assert b64url_decode(text.encode()) == data


@given(st.binary(max_size=200))
def test_base64_is_the_standard_librarys(data: bytes) -> None:
    text = base64.b64encode(data).decode()
    assert b64(data) == text
    assert b64_decode(text) == data
    assert b64_decode(text.encode()) == data


@given(st.text(alphabet=ALPHABET + "+/=\n é", max_size=12))
def test_what_base64url_reads_it_writes(text: str) -> None:
    try:
        data = b64url_decode(text)
    except CoreError:
        return
    assert b64url(data) == text


@given(st.text(alphabet=ALPHABET[:-2] + "+/-_=\n é", max_size=12))
def test_what_base64_reads_it_writes(text: str) -> None:
    try:
        data = b64_decode(text)
    except CoreError:
        return
    assert b64(data) == text


@pytest.mark.parametrize("tail", ["AA", "AAA"])
def test_only_zero_bits_may_be_left_over(tail: str) -> None:
    """All 64 last characters: the accepted ones are those that an encoder writes."""
    accepted = set()
    for last in ALPHABET:
        try:
            b64url_decode(tail[:-1] + last)
        except MalformedStatement:
            continue
        accepted.add(last)
    size = len(tail) * 6 // 8
    written = {b64url(bytes(size - 1) + bytes([byte]))[-1] for byte in range(256)}
    assert accepted == written
    assert len(accepted) == {"AA": 4, "AAA": 16}[tail]


@pytest.mark.parametrize(
    "text",
    ["A", "AAAAA", "AA==", "AAA=", "A+AA", "A/AA", "AA AA", "AAAA\n", "AAA\x00", "ÄAAA", "AAAÿ"],
)
def test_base64url_refuses(text: str) -> None:
    with refused("malformed-base64", MalformedStatement):
        b64url_decode(text)
    with refused("malformed-base64", MalformedStatement):
        b64url_decode(text.encode())


@pytest.mark.parametrize(
    "text",
    ["AA", "AAA", "A", "AB==", "AAB=", "AA==AAAA", "=AAA", "A-AA", "AA==\n", "AA===", "Ä==="],
)
def test_base64_refuses(text: str) -> None:
    with refused("malformed-base64", MalformedStatement):
        b64_decode(text)


def test_the_standard_library_alone_would_not_do() -> None:
    """Why trailing bits are looked at here: strict mode lets them pass."""
    assert binascii.a2b_base64(b"AB==", strict_mode=True) == b"\x00"


@pytest.mark.parametrize(("says", "size"), [(is_b64url_16, 16), (is_b64url_32, 32)])
def test_ids_and_hashes_are_told_by_their_spelling(says: object, size: int) -> None:
    assert callable(says)
    text = b64url(b"\xff" * size)
    assert says(text)
    for wrong in (
        text[:-1],
        text + "A",
        text[:-1] + "B",
        text + "\n",
        "+" + text[1:],
        "é" + text[1:],
    ):
        assert not says(wrong)

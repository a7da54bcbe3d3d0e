"""Disclosures at rest: only the right key, statement and bytes open them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.sdjwt import make_disclosure
from ledger.store.errors import Contradiction
from ledger.store.vault import BLOCK, NONCE, decrypt, encrypt

KEY, OTHER = bytes(range(32)), bytes(32)
LEAF = b"\x07" * 32
OPENED = (
    make_disclosure("name", "𠮷野 Example", b"s" * 32),
    make_disclosure("mark.theory", 87, b"t" * 32),
)
SEALED = encrypt(KEY, OPENED, LEAF, b"n" * NONCE)


def test_opens_to_the_same_disclosures() -> None:
    opened = decrypt(KEY, SEALED, LEAF)
    assert opened == OPENED
    assert [one.value for one in opened] == ["𠮷野 Example", 87]


def test_no_bit_can_be_flipped() -> None:
    for at in range(len(SEALED)):
        for bit in (1, 128):
            forged = bytearray(SEALED)
            forged[at] ^= bit
            with pytest.raises(Contradiction):
                decrypt(KEY, bytes(forged), LEAF)


@pytest.mark.parametrize("length", [0, NONCE - 1, NONCE, NONCE + 15, len(SEALED) - 1])
def test_nothing_can_be_cut_off(length: int) -> None:
    with pytest.raises(Contradiction):
        decrypt(KEY, SEALED[:length], LEAF)


def test_it_cannot_be_moved_to_another_statement() -> None:
    with pytest.raises(Contradiction):
        decrypt(KEY, SEALED, b"\x08" * 32)


def test_it_does_not_open_under_another_key() -> None:
    with pytest.raises(Contradiction):
        decrypt(OTHER, SEALED, LEAF)


def test_the_length_does_not_tell_a_mark() -> None:
    def size(mark: int) -> int:
        return len(encrypt(KEY, (make_disclosure("mark.a", mark, b"s" * 32),), LEAF, b"n" * NONCE))

    assert size(0) == size(7) == size(87) == size(100)
    assert (size(7) - NONCE - 16) % BLOCK == 0


@given(st.lists(st.tuples(st.text(min_size=1, max_size=8), st.text(max_size=300)), max_size=6))
def test_any_disclosures(values: list[tuple[str, str]]) -> None:
    reserved = {"_sd", "_sd_alg", "..."}
    made = tuple(
        make_disclosure(name, value, b"x" * 32) for name, value in values if name not in reserved
    )
    assert decrypt(OTHER, encrypt(OTHER, made, LEAF, b"0" * NONCE), LEAF) == made

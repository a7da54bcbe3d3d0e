"""libsodium may only hurry a yes: what it accepts, the reference accepts too."""

import importlib.util
import sys

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from ledger.core import sodium
from ledger.core.keys import PrivateKey
from tests.core.refusing import flipped

ORDER = 2**252 + 27742317777372353535851937790883648493  # L of RFC 8032, 5.1


def sodium_says(raw: bytes, signature: bytes, message: bytes) -> bool:
    assert sodium.quickly_verified is not None, "the tests install PyNaCl"
    return sodium.quickly_verified(raw, signature, message)


def reference_says(raw: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(raw).verify(signature, message)
    except InvalidSignature:
        return False
    return True


@given(st.binary(max_size=100), st.integers(0, 511))
def test_both_say_the_same_of_honest_and_flipped_signatures(message: bytes, bit: int) -> None:
    key = PrivateKey.from_seed(bytes(32))
    signature = key.sign(message)
    assert sodium_says(key.public.raw, signature, message)
    for wrong in (flipped(signature, bit), signature[::-1]):
        assert not sodium_says(key.public.raw, wrong, message)
        assert not reference_says(key.public.raw, wrong, message)


@given(st.binary(max_size=70), st.binary(min_size=64, max_size=64))
def test_a_yes_is_never_more_than_the_references(message: bytes, signature: bytes) -> None:
    raw = PrivateKey.from_seed(bytes(32)).public.raw
    assert sodium_says(raw, signature, message) <= reference_says(raw, signature, message)


def test_bytes_may_not_move_between_signature_and_message(key: PrivateKey) -> None:
    """libsodium is given both in one string; where it is cut is part of what is verified."""
    signature = key.sign(b"message")
    joined = signature + b"message"
    for cut in range(len(joined) + 1):
        assert sodium_says(key.public.raw, joined[:cut], joined[cut:]) == (cut == 64)


def test_a_malleable_signature_is_refused(key: PrivateKey) -> None:
    signature = key.sign(b"message")
    s = int.from_bytes(signature[32:], "little")
    for times in range(1, 15):
        if s + times * ORDER < 2**256:
            moved = signature[:32] + (s + times * ORDER).to_bytes(32, "little")
            assert not sodium_says(key.public.raw, moved, b"message")
            assert not reference_says(key.public.raw, moved, b"message")


def test_without_pynacl_there_is_no_quick_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The module is run anew under another name, where `import nacl` fails."""
    monkeypatch.setitem(sys.modules, "nacl.bindings", None)
    spec = importlib.util.spec_from_file_location("sodium_without_pynacl", sodium.__file__)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.quickly_verified is None

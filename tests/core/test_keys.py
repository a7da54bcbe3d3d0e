import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger.core.encoding import b64url
from ledger.core.errors import InvalidKey, InvalidSignature
from ledger.core.keys import PrivateKey, PublicKey
from tests.core.refusing import flipped, refused

P = 2**255 - 19
# The eight points of small order as libsodium lists them (ge25519_has_small_order), each y once.
ORDER_8 = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
ORDER_8_TOO = bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")


def encoded(y: int, sign: int = 0) -> bytes:
    return (y | sign << 255).to_bytes(32, "little")


@pytest.mark.parametrize("sign", [0, 1])
@pytest.mark.parametrize(
    "y", [0, int.from_bytes(ORDER_8, "little"), int.from_bytes(ORDER_8_TOO, "little")]
)
def test_points_of_small_order_are_refused(y: int, sign: int) -> None:
    with refused("small-order-key", InvalidKey):
        PublicKey.from_raw(encoded(y, sign))


@pytest.mark.parametrize("y", [1, P - 1])
def test_the_points_with_x_zero_are_refused(y: int) -> None:
    with refused("small-order-key", InvalidKey):
        PublicKey.from_raw(encoded(y))
    with refused("non-canonical-key", InvalidKey):
        PublicKey.from_raw(encoded(y, 1))


@pytest.mark.parametrize("y", range(P, 2**255))
def test_every_y_that_is_not_reduced_is_refused(y: int) -> None:
    for sign in (0, 1):
        with refused("non-canonical-key", InvalidKey):
            PublicKey.from_raw(encoded(y, sign))


def test_why_small_order_is_refused() -> None:
    """Under the neutral element one signature verifies for every message."""
    signature = encoded(1) + bytes(32)
    anything = Ed25519PublicKey.from_public_bytes(encoded(1))
    anything.verify(signature, b"a certificate")
    anything.verify(signature, b"another one")


def test_points_off_the_curve_are_refused(key: PrivateKey) -> None:
    """Of the first hundred y about half belong to no point; all others are keys like any."""
    codes = []
    for y in range(2, 102):
        try:
            assert PublicKey.from_raw(encoded(y)).raw == encoded(y)
        except InvalidKey as error:
            codes.append(error.code)
    assert set(codes) == {"not-on-curve"}
    assert 30 < len(codes) < 70


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_key_of_another_length_is_refused(size: int) -> None:
    with refused("malformed-key", InvalidKey):
        PublicKey.from_raw(b"\x09" * size)
    with refused("malformed-key", InvalidKey):
        PublicKey.from_x(b64url(b"\x09" * size))
    with refused("malformed-key", InvalidKey):
        PrivateKey.from_seed(b"\x09" * size)


def test_a_jwks_x_is_strict_base64url(key: PrivateKey) -> None:
    assert PublicKey.from_x(key.public.x) == key.public
    for x in (key.public.x + "=", key.public.x[:-1] + "-", "é"):
        with refused("malformed-key", InvalidKey):
            PublicKey.from_x(x)


def test_rfc_8037_example() -> None:
    """RFC 8037, A.1 to A.3: the same key in all its forms."""
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    public = PrivateKey.from_seed(seed).public
    assert public.x == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    assert public.thumbprint == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_the_jwk_names_no_algorithm(key: PrivateKey) -> None:
    jwk = key.public.jwk()
    assert jwk == {"kty": "OKP", "crv": "Ed25519", "kid": key.public.thumbprint, "x": key.public.x}
    required = {name: jwk[name] for name in ("crv", "kty", "x")}
    canonical = json.dumps(required, separators=(",", ":"), sort_keys=True).encode()
    assert key.public.thumbprint == b64url(hashlib.sha256(canonical).digest())


def test_keys_are_their_bytes(key: PrivateKey, other_key: PrivateKey) -> None:
    same = PublicKey(key.public.raw)
    assert same == key.public
    assert hash(same) == hash(key.public)
    assert same != other_key.public
    assert same != key.public.raw


def test_a_private_key_never_shows_its_seed(key: PrivateKey) -> None:
    assert key.seed == b"\x01" * 32
    for shown in (repr(key), str(key), f"{key}"):
        assert key.seed.hex() not in shown
        assert b64url(key.seed) not in shown
        assert key.public.x in shown
    assert key.public.x in repr(key.public)


def test_every_flipped_bit_of_a_signature_is_refused(key: PrivateKey) -> None:
    signature = key.sign(b"message")
    key.public.verify(signature, b"message")
    for bit in range(512):
        with refused("wrong-signature", InvalidSignature):
            key.public.verify(flipped(signature, bit), b"message")


def test_another_key_or_message_is_refused(key: PrivateKey, other_key: PrivateKey) -> None:
    signature = key.sign(b"message")
    with refused("wrong-signature", InvalidSignature):
        other_key.public.verify(signature, b"message")
    with refused("wrong-signature", InvalidSignature):
        key.public.verify(signature, b"Message")
    for wrong in (b"", signature[:63], signature + b"\x00"):
        with refused("wrong-signature", InvalidSignature):
            key.public.verify(wrong, b"message")


def test_one_key_serves_many_threads(key: PrivateKey) -> None:
    messages = [b"%d" % i for i in range(200)]
    signatures = [key.sign(message) for message in messages]
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(key.public.verify, signatures, messages)) == [None] * 200

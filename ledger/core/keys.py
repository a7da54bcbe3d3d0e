"""Ed25519 keys (RFC 8032), named by their RFC 7638 thumbprint and shown as a JWK (RFC 8037).

A public key is refused when its encoding is not canonical (RFC 8032, 5.1.3), when it is no point of
the curve, or when it is one of the eight points of small order, under which a signature can be made
that verifies for any message. Every verdict is that of `cryptography`; verifying releases the GIL.
"""

from functools import lru_cache
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature as _WrongSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from ledger.core.encoding import b64url, b64url_decode
from ledger.core.errors import InvalidKey, InvalidSignature, MalformedStatement
from ledger.core.sodium import quickly_verified

_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P
_SIGN = 1 << 255


class PublicKey:
    """An Ed25519 public key that passed every check. Equal where the raw bytes are equal."""

    __slots__ = ("_key", "raw", "thumbprint", "x")

    raw: Final[bytes]  # 32 bytes
    x: Final[str]  # the same in base64url
    thumbprint: Final[str]  # RFC 7638, SHA-256, base64url

    def __init__(self, raw: bytes) -> None:
        _check_point(raw)
        self.raw = raw
        self.x = b64url(raw)
        self.thumbprint = _thumbprint(self.x)
        self._key = Ed25519PublicKey.from_public_bytes(raw)

    @staticmethod
    def from_raw(raw: bytes) -> "PublicKey":
        """Return the key of these 32 bytes, else raise `InvalidKey`."""
        return _load(bytes(raw))

    @staticmethod
    def from_x(x: str) -> "PublicKey":
        """Return the key of a JWK's `x`, else raise `InvalidKey`."""
        try:
            return _load(b64url_decode(x))
        except MalformedStatement as error:
            raise InvalidKey("malformed-key", error.detail) from None

    def verify(self, signature: bytes, message: bytes) -> None:
        """Raise `InvalidSignature` unless this is the key's signature over the message."""
        if quickly_verified is not None and quickly_verified(self.raw, signature, message):
            return
        try:
            self._key.verify(signature, message)
        except _WrongSignature:
            raise InvalidSignature(
                "wrong-signature", f"not a signature by {self.thumbprint}"
            ) from None

    def jwk(self) -> dict[str, str]:
        """Return the key as a JWK (RFC 8037), without `alg`: libraries disagree on its name."""
        return {"kty": "OKP", "crv": "Ed25519", "kid": self.thumbprint, "x": self.x}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PublicKey) and other.raw == self.raw

    def __hash__(self) -> int:
        return hash(self.raw)

    def __repr__(self) -> str:
        return f"PublicKey({self.x})"


class PrivateKey:
    """An Ed25519 private key. Its text form never shows the seed."""

    __slots__ = ("_key", "public", "seed")

    seed: Final[bytes]  # 32 bytes
    public: Final[PublicKey]

    def __init__(self, seed: bytes) -> None:
        if len(seed) != 32:
            raise InvalidKey("malformed-key", f"a seed has 32 bytes, not {len(seed)}")
        self.seed = bytes(seed)
        self._key = Ed25519PrivateKey.from_private_bytes(self.seed)
        self.public = PublicKey.from_raw(self._key.public_key().public_bytes_raw())

    @staticmethod
    def from_seed(seed: bytes) -> "PrivateKey":
        """Return the key of a 32-byte seed (RFC 8032, 5.1.5), else raise `InvalidKey`."""
        return PrivateKey(seed)

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature over a message."""
        return self._key.sign(message)

    def __repr__(self) -> str:
        return f"PrivateKey(public={self.public.x})"


@lru_cache(maxsize=4096)  # the curve check costs as much as a signature; keys come again and again
def _load(raw: bytes) -> PublicKey:
    return PublicKey(raw)


def _thumbprint(x: str) -> str:
    return b64url(sha256(b'{"crv":"Ed25519","kty":"OKP","x":"%s"}' % x.encode("ascii")).digest())


def _check_point(raw: bytes) -> None:
    """Decode the point as RFC 8032, 5.1.3 does, and refuse where it fails or has small order."""
    if len(raw) != 32:
        raise InvalidKey("malformed-key", f"an Ed25519 public key has 32 bytes, not {len(raw)}")
    encoded = int.from_bytes(raw, "little")
    y = encoded % _SIGN
    if y >= _P:
        raise InvalidKey("non-canonical-key", "the y coordinate is not reduced")
    u, v = (y * y - 1) % _P, (_D * y * y + 1) % _P
    if u == 0 and encoded >= _SIGN:
        raise InvalidKey("non-canonical-key", "the sign bit of x = 0 is set")
    if y in _SMALL_ORDER_Y:
        raise InvalidKey("small-order-key", "the key is a point of small order")
    if pow(u * v, (_P - 1) // 2, _P) != 1:  # x² = u/v has a root exactly where u·v is a square
        raise InvalidKey("not-on-curve", "the key is no point of the curve")


def _small_order_y() -> frozenset[int]:
    """Return y of the eight points of small order, from their equations rather than by heart.

    Order 1 and 2 have x = 0, so y = ±1; order 4 has y = 0. A point of order 8 doubles to one with
    y = 0, that is x² + y² = 0; with the curve's -x² + y² = 1 + d·x²·y² this gives
    d·y⁴ + 2·y² - 1 = 0, so y² = (-1 ± √(1 + d)) / d.
    """
    inverse = pow(_D, -1, _P)
    squares = [(root - 1) * inverse % _P for root in _square_roots(1 + _D)]
    return frozenset({0, 1, _P - 1, *(y for square in squares for y in _square_roots(square))})


def _square_roots(a: int) -> list[int]:
    """Return the square roots modulo p, which is 5 mod 8; none or two (RFC 8032, 5.1.3)."""
    root = pow(a, (_P + 3) // 8, _P)
    turned = root * pow(2, (_P - 1) // 4, _P)
    return [y % _P for y in (root, -root, turned, -turned) if (y * y - a) % _P == 0]


_SMALL_ORDER_Y = _small_order_y()

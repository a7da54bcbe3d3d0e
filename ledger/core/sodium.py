"""A quicker yes from libsodium, where PyNaCl is installed. Never a no.

Libraries agree on honest signatures and differ on hostile ones. libsodium compares the encoded R
as the reference here (`cryptography`) does, and beyond that refuses points of small order and
encodings that are not canonical: what it accepts, the reference accepts. What it does not accept is
asked of the reference, so that every verdict is the reference's. The call releases the GIL.
"""

from collections.abc import Callable

try:
    from nacl.bindings import crypto_sign_open
    from nacl.exceptions import BadSignatureError
except ImportError:  # an auditor's install may do without
    quickly_verified: Callable[[bytes, bytes, bytes], bool] | None = None
else:

    def quickly_verified(raw: bytes, signature: bytes, message: bytes) -> bool:
        """Whether libsodium accepts the signature; False says nothing.

        Args:
            raw: public key, 32 bytes that `PublicKey` has accepted.
            signature: of any length.
        """
        try:
            crypto_sign_open(signature + message, raw)
        except (BadSignatureError, ValueError):
            return False
        return len(signature) == 64

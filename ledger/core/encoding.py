"""Base64 in one spelling each: base64url without padding (RFC 7515, 2), base64 with padding.

RFC 4648, 3.5 lets a decoder ignore the bits left over in the last character. Two spellings of the
same bytes would be two statements with one meaning, so only the canonical spelling is read.
"""

import binascii
import re

from ledger.core.errors import MalformedStatement

_URL_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_STANDARD_ALPHABET = _URL_ALPHABET[:62] + b"+/"
_TO_URL = bytes.maketrans(b"+/", b"-_")
# "!" is in no alphabet: the decoder refuses whatever was mapped to it.
_FROM_URL = bytes(
    _STANDARD_ALPHABET[_URL_ALPHABET.index(c)] if c in _URL_ALPHABET else ord("!")
    for c in range(256)
)
_PADDING = (b"", None, b"==", b"=")
# The last characters that leave no bits over, by the number of characters in the last group.
_LAST_OF_2 = frozenset(_STANDARD_ALPHABET[::16])
_LAST_OF_3 = frozenset(_STANDARD_ALPHABET[::4])

# Say whether a text is 16 or 32 bytes in canonical base64url: ids, and hashes and keys.
is_b64url_16 = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]").fullmatch
is_b64url_32 = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]").fullmatch


def b64url(data: bytes) -> str:
    """Return base64url without padding."""
    return binascii.b2a_base64(data, newline=False).translate(_TO_URL).rstrip(b"=").decode("ascii")


def b64url_decode(text: str | bytes) -> bytes:
    """Return the bytes of canonical base64url without padding, else raise `MalformedStatement`."""
    standard = _ascii(text).translate(_FROM_URL)
    over = len(standard) & 3
    padding = _PADDING[over]
    if padding is None or (over and standard[-1] not in (_LAST_OF_2 if over == 2 else _LAST_OF_3)):
        raise _malformed("base64url")
    try:
        return binascii.a2b_base64(standard + padding, strict_mode=True)
    except binascii.Error:
        raise _malformed("base64url") from None


def b64(data: bytes) -> str:
    """Return base64 with padding."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def b64_decode(text: str | bytes) -> bytes:
    """Return the bytes of canonical base64 with padding, else raise `MalformedStatement`."""
    data = _ascii(text)
    try:
        decoded = binascii.a2b_base64(data, strict_mode=True)
    except binascii.Error:
        raise _malformed("base64") from None
    if binascii.b2a_base64(decoded, newline=False) != data:
        raise _malformed("base64")
    return decoded


def _ascii(text: str | bytes) -> bytes:
    if isinstance(text, bytes):
        return text
    try:
        return text.encode("ascii")
    except UnicodeEncodeError:
        raise _malformed("base64") from None


def _malformed(kind: str) -> MalformedStatement:
    return MalformedStatement("malformed-base64", f"this is not canonical {kind}")

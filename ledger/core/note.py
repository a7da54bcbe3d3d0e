"""Signed notes (C2SP signed-note) and cosignatures (C2SP tlog-cosignature, version 1).

    <text, ending in a newline>
    <empty line>
    — <name> <base64(keyid[4] || signature)>

The note is UTF-8 without control characters but newline, split at its last empty line. keyid is the
first 4 bytes of SHA-256(name || 0A || type || public key); type 01 is Ed25519 over the text, 04 a
witness's cosignature: 8 bytes of seconds, big-endian, and an Ed25519 signature over
`cosignature/v1\\ntime <seconds>\\n<text>`. Signatures by unknown keys are ignored; one by a known
key that does not verify rejects the note.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from ledger.core.encoding import b64, b64_decode
from ledger.core.errors import InvalidNote, InvalidSignature, MalformedStatement
from ledger.core.keys import PrivateKey, PublicKey

ED25519 = 1
COSIGNATURE = 4
MAX_SIGNATURES = 100  # lines; what golang's note package takes
MAX_SECONDS = 2**63 - 1

_LINE = re.compile("— ([^ ]+) ([A-Za-z0-9+/=]+)")
_VKEY = re.compile(r"([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)")
_NO_TEXT = re.compile(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]")
_NO_NAME = re.compile(r"[+\s\x00-\x1f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """What people pin: the name of a log or witness, and its key."""

    name: str
    key: PublicKey
    kind: int = ED25519  # or COSIGNATURE

    def __post_init__(self) -> None:
        if not _is_name(self.name):
            raise InvalidNote("malformed-verifier-key", f"{self.name!r} cannot name a key")

    @staticmethod
    def parse(text: str) -> "VerifierKey":
        """Return the key of `name+keyid+base64`, else raise `InvalidNote` or `InvalidKey`."""
        match = _VKEY.fullmatch(text)
        if not match:
            raise InvalidNote("malformed-verifier-key", "not name+keyid+base64")
        name, keyid, encoded = match.groups()
        data = _decode(encoded, "malformed-verifier-key")
        if data[0] not in (ED25519, COSIGNATURE):
            raise InvalidNote("unknown-key-type", f"signature type {data[0]:02x}")
        vkey = VerifierKey(name, PublicKey.from_raw(data[1:]), data[0])
        if vkey.keyid.hex() != keyid:
            raise InvalidNote("malformed-verifier-key", f"the key id is not {keyid}")
        return vkey

    @property
    def keyid(self) -> bytes:
        """4 bytes that tell keys of one name apart."""
        return sha256(self.name.encode("utf-8") + b"\n" + self._typed()).digest()[:4]

    def _typed(self) -> bytes:
        return bytes([self.kind]) + self.key.raw

    def __str__(self) -> str:
        return f"{self.name}+{self.keyid.hex()}+{b64(self._typed())}"


@dataclass(frozen=True, slots=True)
class NoteSigner:
    """A name and the private key that signs notes under it."""

    name: str
    key: PrivateKey

    @property
    def vkey(self) -> VerifierKey:
        """The verifier key for notes that this signer signs."""
        return VerifierKey(self.name, self.key.public, ED25519)

    @property
    def cosigner_vkey(self) -> VerifierKey:
        """The verifier key for this signer's cosignatures."""
        return VerifierKey(self.name, self.key.public, COSIGNATURE)


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """A signature that was verified."""

    vkey: VerifierKey
    time: int | None = None  # seconds since 1970 of a cosignature


@dataclass(frozen=True, slots=True)
class Note:
    """An opened note: its text, and one signature for each key that was asked for and signed."""

    text: str
    signatures: tuple[NoteSignature, ...]


def sign_note(text: str, signers: Sequence[NoteSigner]) -> str:
    """Return the signed note of a text that ends in a newline, else raise `InvalidNote`."""
    _check_text(text)
    if not text.endswith("\n"):
        raise InvalidNote("malformed-note", "a note's text ends in a newline")
    message = text.encode("utf-8")
    lines = [_line(signer.vkey, signer.key.sign(message)) for signer in signers]
    return f"{text}\n{''.join(lines)}"


def cosign(note: str, signer: NoteSigner, seconds: int) -> str:
    """Return the line with a witness's cosignature of a note's text, to be added to the note."""
    assert 0 <= seconds <= MAX_SECONDS, seconds
    text, _ = _split(note)
    signature = signer.key.sign(_cosigned(text, seconds))
    return _line(signer.cosigner_vkey, seconds.to_bytes(8, "big") + signature)


def open_note(note: str, verifiers: Iterable[VerifierKey]) -> Note:
    """Return the note, verified by at least one of these keys, else raise `InvalidNote`.

    Each signature line by one of them must verify.
    """
    known = {(vkey.name, vkey.keyid): vkey for vkey in verifiers}
    text, lines = _split(note)
    found: dict[VerifierKey, NoteSignature] = {}
    for name, keyid, signature in lines:
        vkey = known.get((name, keyid))
        if vkey is not None:
            opened = _verify(vkey, text, signature)
            found.setdefault(vkey, opened)
    if not found:
        raise InvalidNote("unsigned-note", "no signature by a key that was asked for")
    return Note(text, tuple(found.values()))


def _verify(vkey: VerifierKey, text: str, signature: bytes) -> NoteSignature:
    time, message = None, text.encode("utf-8")
    if vkey.kind == COSIGNATURE:
        time, signature = int.from_bytes(signature[:8], "big"), signature[8:]
        message = _cosigned(text, time)
    try:
        vkey.key.verify(signature, message)
    except InvalidSignature:
        raise InvalidNote("wrong-note-signature", f"not a signature by {vkey.name}") from None
    return NoteSignature(vkey, time)


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _line(vkey: VerifierKey, signature: bytes) -> str:
    return f"— {vkey.name} {b64(vkey.keyid + signature)}\n"


def _split(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Return the text and, for each signature line, name, key id and signature."""
    _check_text(note)
    text, empty_line, block = note.rpartition("\n\n")
    lines = block.split("\n")
    if not empty_line or lines.pop() or not lines:
        raise InvalidNote("malformed-note", "no text, empty line and signature lines")
    if len(lines) > MAX_SIGNATURES:
        raise InvalidNote("malformed-note", f"more than {MAX_SIGNATURES} signatures")
    return text + "\n", [_parse_line(line) for line in lines]


def _parse_line(line: str) -> tuple[str, bytes, bytes]:
    match = _LINE.fullmatch(line)
    if not match or not _is_name(match[1]):
        raise InvalidNote("malformed-note", "not a signature line")
    data = _decode(match[2], "malformed-note")
    if len(data) < 5:
        raise InvalidNote("malformed-note", "a signature line without a signature")
    return match[1], data[:4], data[4:]


def _check_text(text: str) -> None:
    if _NO_TEXT.search(text):
        raise InvalidNote("malformed-note", "a control character or half of a surrogate pair")


def _is_name(name: str) -> bool:
    return bool(name) and not _NO_NAME.search(name)


def _decode(encoded: str, code: str) -> bytes:
    try:
        return b64_decode(encoded)
    except MalformedStatement as error:
        raise InvalidNote(code, error.detail) from None

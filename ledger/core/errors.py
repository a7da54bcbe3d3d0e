"""What leaves this room when bytes, keys, signatures or proofs are not what they should be.

Each error carries a stable `code` in kebab case, which callers map to a problem type (RFC 9457) or
an audit finding, and a `detail` for people. `CODES` lists every code with its meaning, so that
documentation can be checked against it.
"""

CODES = {
    # strict JSON
    "not-utf8": "The bytes are not UTF-8.",
    "byte-order-mark": "The text starts with a byte order mark, which JSON forbids.",
    "malformed-json": "The text is not JSON as RFC 8259 defines it.",
    "duplicate-key": "An object names the same member twice.",
    "lone-surrogate": "A string holds half of a surrogate pair, which is no character.",
    "non-finite-number": "NaN, Infinity or a number too large for a double.",
    "number-too-long": "An integer has more digits than anything here needs.",
    "float-not-allowed": "A number with a fraction or an exponent where only integers may stand.",
    "too-deep": "Arrays and objects are nested too deeply.",
    "not-json": "A value that has no place in signed JSON.",
    # encodings
    "malformed-base64": "Not canonical base64, or base64url without padding where that is due.",
    # keys and signatures
    "malformed-key": "Not the 32 bytes of an Ed25519 key.",
    "non-canonical-key": "The key's encoding is not the canonical one (RFC 8032, 5.1.3).",
    "not-on-curve": "The key is no point of the curve.",
    "small-order-key": "The key is a point of small order, under which anything can be verified.",
    "wrong-signature": "The signature does not verify under this key.",
    "wrong-key": "The key offered is not the one that the header names.",
    # compact JWS
    "malformed-jws": "Not a compact JWS: three base64url parts between dots.",
    "malformed-header": "The protected header is not exactly alg, kid and typ, each a string.",
    "alg-not-allowed": "Only alg Ed25519 is accepted.",
    "malformed-signature": "The signature is not 64 bytes.",
    # statements
    "too-large": "The statement, its entry or its header is larger than allowed.",
    "malformed-wire": "Not <jws>~<disclosure>~…~ in ASCII.",
    "key-binding-not-allowed": "Something follows the last ~; statements have no key binding.",
    "malformed-payload": "The payload is not a JSON object.",
    "missing-claim": "A claim that every statement has is missing.",
    "malformed-claim": "A claim that every statement has is not of its form.",
    "wrong-typ": "The header's typ is not the one that this type of statement has.",
    "reserved-claim": "_sd, _sd_alg or ... where SD-JWT has no place for it.",
    "malformed-digests": "_sd is not a list of unique SHA-256 digests, or _sd_alg is not sha-256.",
    "malformed-disclosure": "A disclosure is not base64url of JSON [salt, name, value].",
    "duplicate-disclosure": "Two disclosures are the same or have the same name.",
    "disclosure-shadows-claim": "A disclosure has the name of a public claim.",
    "digest-without-disclosure": "A digest in _sd is opened by no disclosure.",
    "disclosure-without-digest": "A disclosure whose digest is not in _sd.",
    "malformed-possession": "The proof of possession is not of its form.",
    "wrong-possession": "The proof of possession is for another key, party, use or origin.",
    # notes and checkpoints
    "malformed-note": "Not a signed note.",
    "malformed-verifier-key": "Not a verifier key: name+keyid+base64.",
    "unknown-key-type": "The verifier key's signature type is not known here.",
    "wrong-note-signature": "The signature of a known key does not verify.",
    "unsigned-note": "No signature by any of the keys that were asked for.",
    "malformed-checkpoint": "The note's text is not origin, size and root.",
    "wrong-origin": "The origin is not the one that the key is named after.",
    # trees, proofs, tiles
    "malformed-proof": "Not an inclusion or consistency proof of that form.",
    "index-out-of-range": "The index or size lies outside the tree.",
    "wrong-size": "The proof was made for a tree of another size.",
    "wrong-inclusion": "The proof does not lead from the leaf to the root.",
    "wrong-consistency": "The proof does not lead from the old root to the new one.",
    "malformed-frontier": "Not the stored form of a tree's right edge.",
    "malformed-tile": "The tile's bytes do not have the width that its place in the tree gives it.",
    "malformed-tile-path": "Not the path of a tile.",
    "malformed-bundle": "Not an entry bundle of that width.",
}


class CoreError(Exception):
    """Input that is refused. `code` is one of `CODES`; `detail` says what exactly was wrong."""

    def __init__(self, code: str, detail: str) -> None:
        assert code in CODES, code
        super().__init__(code, detail)
        self.code = code
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}"


class MalformedJSON(CoreError):
    """Text that the strict parser refuses, or a value that the writer refuses."""


class MalformedStatement(CoreError):
    """Bytes that are no statement, JWS, disclosure or encoding thereof."""


class InvalidKey(CoreError):
    """A public key that must never be registered or used."""


class InvalidSignature(CoreError):
    """A well-formed signature that does not verify, or verifies something else."""


class InvalidNote(CoreError):
    """A signed note, verifier key or checkpoint that is malformed or does not verify."""


class InvalidProof(CoreError):
    """A proof, tile or bundle that is malformed or does not prove what it should."""

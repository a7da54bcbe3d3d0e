"""Proof that a party holds the key it wants registered: a compact JWS by that very key.

`typ` is `key-proof+jwt`, and the payload exactly `{"origin", "party", "use", "key"}`, where `key`
is the key's RFC 7638 thumbprint. Bound to ledger, party and use, it serves nobody else.
"""

from typing import Any

from ledger.core import jws, strict_json
from ledger.core.errors import CoreError, InvalidSignature, MalformedStatement
from ledger.core.keys import PrivateKey, PublicKey

TYP = "key-proof+jwt"
USES = frozenset({"log", "statement", "report", "recovery"})


def sign_possession(key: PrivateKey, origin: str, party: str, use: str) -> str:
    """Return the proof, by the key, that this party holds it for this use at this ledger."""
    assert use in USES, use
    payload = strict_json.dumps(_claims(key.public, origin, party, use))
    return jws.sign(payload, key, TYP).decode("ascii")


def check_possession(proof: str, key: PublicKey, origin: str, party: str, use: str) -> None:
    """Raise unless the proof is this key's, for this party, use and ledger.

    Raises `MalformedStatement` for what is no proof, `InvalidSignature` for one of something else.
    """
    signed, claims = _parse(proof)
    jws.verify(signed, key)
    if claims != _claims(key, origin, party, use):
        raise InvalidSignature("wrong-possession", f"not a proof for {party}, {use} at {origin}")


def _claims(key: PublicKey, origin: str, party: str, use: str) -> dict[str, str]:
    return {"origin": origin, "party": party, "use": use, "key": key.thumbprint}


def _parse(proof: str) -> tuple[jws.Jws, Any]:
    try:
        signed = jws.parse(proof.encode("ascii"))
        claims = strict_json.loads(signed.payload, floats=False)
    except UnicodeEncodeError:
        raise MalformedStatement("malformed-possession", "a proof is ASCII") from None
    except CoreError as error:
        if error.code == "alg-not-allowed":
            raise
        raise MalformedStatement("malformed-possession", str(error)) from None
    if signed.header.typ != TYP:
        raise MalformedStatement("wrong-typ", f"typ of a proof is {TYP}, not {signed.header.typ}")
    return signed, claims

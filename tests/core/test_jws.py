import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws as joserfc_jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import OKPKey

from ledger.core import jws
from ledger.core.encoding import b64url
from ledger.core.errors import CoreError, InvalidSignature, MalformedStatement
from ledger.core.keys import PrivateKey
from tests.core.refusing import refused

PAYLOAD = b'{"a":1}'


def with_header(key: PrivateKey, **members: Any) -> bytes:
    """A JWS that is signed properly, whatever its header says; None leaves a member out."""
    header = {"alg": "Ed25519", "kid": key.public.thumbprint, "typ": "x", **members}
    return with_raw_header(key, json.dumps({k: v for k, v in header.items() if v is not None}))


def with_raw_header(key: PrivateKey, header: str) -> bytes:
    signing_input = f"{b64url(header.encode())}.{b64url(PAYLOAD)}".encode()
    return signing_input + b"." + b64url(key.sign(signing_input)).encode()


def test_signed_parsed_verified(key: PrivateKey) -> None:
    raw = jws.sign(PAYLOAD, key, "x")
    parsed = jws.parse(raw)
    assert parsed.raw == raw
    assert parsed.header == ("Ed25519", key.public.thumbprint, "x")
    assert parsed.payload == PAYLOAD
    assert parsed.signing_input == raw.rpartition(b".")[0]
    jws.verify(parsed, key.public)


def test_rfc_8037_signature() -> None:
    """RFC 8037, A.4, but for the header, which there has no kid and the older name of the alg."""
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    signing_input = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
    assert b64url(PrivateKey(seed).sign(signing_input)) == (
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    )
    with refused("alg-not-allowed"):
        jws.parse(signing_input + b".AA")


def test_joserfc_verifies_ours(key: PrivateKey) -> None:
    raw = jws.sign(PAYLOAD, key, "ledger-statement+jwt")
    theirs = joserfc_jws.deserialize_compact(
        raw, OKPKey.import_key({**key.public.jwk()}), algorithms=["Ed25519"]
    )
    assert theirs.payload == PAYLOAD
    assert theirs.headers() == {
        "alg": "Ed25519",
        "kid": key.public.thumbprint,
        "typ": "ledger-statement+jwt",
    }


def test_joserfc_names_our_key_as_we_do(key: PrivateKey) -> None:
    assert OKPKey.import_key({**key.public.jwk()}).thumbprint() == key.public.thumbprint


def test_we_verify_joserfcs(key: PrivateKey) -> None:
    private = OKPKey.import_key({**key.public.jwk(), "d": b64url(key.seed)})
    header = {"alg": "Ed25519", "kid": private.thumbprint(), "typ": "x"}
    token = joserfc_jws.serialize_compact(header, PAYLOAD, private, algorithms=["Ed25519"])
    parsed = jws.parse(token.encode())
    jws.verify(parsed, key.public)
    assert parsed.payload == PAYLOAD
    assert token.encode() == jws.sign(PAYLOAD, key, "x")


def test_joserfcs_other_algorithms_are_refused(key: PrivateKey) -> None:
    private = OKPKey.import_key({**key.public.jwk(), "d": b64url(key.seed)})
    header = {"alg": "EdDSA", "kid": private.thumbprint(), "typ": "x"}
    with pytest.warns(SecurityWarning, match="RFC 9864"):
        token = joserfc_jws.serialize_compact(header, PAYLOAD, private, algorithms=["EdDSA"])
    with refused("alg-not-allowed", MalformedStatement):
        jws.parse(token.encode())


@pytest.mark.parametrize("alg", ["none", "HS256", "ES256", "Ed448", "EdDSA", "ed25519", 1, True])
def test_the_algorithm_is_pinned(key: PrivateKey, alg: Any) -> None:
    with refused("alg-not-allowed", MalformedStatement):
        jws.parse(with_header(key, alg=alg))


@pytest.mark.parametrize(
    "members",
    [
        {"kid": None},
        {"typ": None},
        {"crit": ["exp"]},
        {"jwk": {}},
        {"b64": False},
        {"kid": 1},
        {"typ": 1},
        {"kid": "key-1"},
        {"kid": "A" * 42 + "B"},
    ],
)
def test_the_header_is_exactly_alg_kid_typ(key: PrivateKey, members: dict[str, Any]) -> None:
    with refused("malformed-header", MalformedStatement):
        jws.parse(with_header(key, **members))


@pytest.mark.parametrize(
    "header", ["", "[]", "null", '"alg"', "{", '{"alg":"Ed25519","alg":"none"}']
)
def test_a_header_is_a_json_object(key: PrivateKey, header: str) -> None:
    with refused("malformed-header", MalformedStatement):
        jws.parse(with_raw_header(key, header))


def test_a_header_is_small(key: PrivateKey) -> None:
    def padded(length: int) -> bytes:
        header = f'{{"alg":"Ed25519","kid":"{key.public.thumbprint}","typ":"x"}}'
        return with_raw_header(key, header + " " * (length // 4 * 3 - len(header)))

    assert padded(jws.MAX_HEADER).index(b".") == jws.MAX_HEADER
    assert jws.parse(padded(jws.MAX_HEADER)).header.typ == "x"
    with refused("too-large", MalformedStatement):
        jws.parse(padded(jws.MAX_HEADER + 4))


@pytest.mark.parametrize("raw", [b"", b"a", b"a.b", b"a.b.c.d", b"a.b.c."])
def test_a_jws_has_three_parts(raw: bytes) -> None:
    with refused("malformed-jws", MalformedStatement):
        jws.parse(raw)


def test_each_part_is_strict_base64url(key: PrivateKey) -> None:
    parts = jws.sign(PAYLOAD, key, "x").split(b".")
    for place in range(3):
        for wrong in (parts[place] + b"=", b"+" + parts[place][1:], parts[place] + b"\n"):
            with refused("malformed-base64", MalformedStatement):
                jws.parse(b".".join([*parts[:place], wrong, *parts[place + 1 :]]))


@pytest.mark.parametrize("size", [0, 63, 65])
def test_a_signature_has_64_bytes(key: PrivateKey, size: int) -> None:
    signing_input = jws.parse(jws.sign(PAYLOAD, key, "x")).signing_input
    with refused("malformed-signature", MalformedStatement):
        jws.parse(signing_input + b"." + b64url(bytes(size)).encode())


def test_another_key_is_refused_by_name_and_by_signature(
    key: PrivateKey, other_key: PrivateKey
) -> None:
    with refused("wrong-key", InvalidSignature):
        jws.verify(jws.parse(jws.sign(PAYLOAD, other_key, "x")), key.public)
    forged = with_header(other_key, kid=key.public.thumbprint)
    with refused("wrong-signature", InvalidSignature):
        jws.verify(jws.parse(forged), key.public)


@given(st.binary(max_size=100))
def test_any_bytes_are_refused_by_one_family(raw: bytes) -> None:
    with pytest.raises(CoreError):
        jws.parse(raw)


@given(payload=st.binary(max_size=100), typ=st.text(max_size=20).filter(lambda t: t.isascii()))
def test_any_payload_comes_back(payload: bytes, typ: str) -> None:
    key = PrivateKey.from_seed(bytes(32))
    parsed = jws.parse(jws.sign(payload, key, typ))
    jws.verify(parsed, key.public)
    assert (parsed.payload, parsed.header.typ) == (payload, typ)

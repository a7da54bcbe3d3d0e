"""C2SP wycheproof: attacks on Ed25519 and JSON web signatures, each with its due verdict."""

import json
from pathlib import Path
from typing import Any

import pytest

from ledger.core import jws, keys, sodium
from ledger.core.encoding import b64url
from ledger.core.errors import CoreError, InvalidSignature, MalformedStatement
from ledger.core.keys import PublicKey


def cases(path: Path) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    suite = json.loads(path.read_text(encoding="utf-8"))
    found = [(group, case) for group in suite["testGroups"] for case in group["tests"]]
    assert len(found) == suite["numberOfTests"]
    return found


@pytest.mark.parametrize("library", ["cryptography", "libsodium first"])
def test_ed25519_every_verdict(
    vectors: Path, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if library == "cryptography":
        monkeypatch.setattr(keys, "quickly_verified", None)
    else:
        assert sodium.quickly_verified is not None, "the tests install PyNaCl"
    verdicts = {"valid": 0, "invalid": 0}
    for group, case in cases(vectors / "wycheproof" / "ed25519_test.json"):
        key = PublicKey.from_raw(bytes.fromhex(group["publicKey"]["pk"]))
        assert key.x == group["publicKeyJwk"]["x"]
        try:
            key.verify(bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
        except InvalidSignature:
            verdict = "invalid"
        else:
            verdict = "valid"
        assert verdict == case["result"], f"case {case['tcId']}: {case['comment']} {case['flags']}"
        verdicts[verdict] += 1
    assert verdicts == {"valid": 88, "invalid": 63}


@pytest.fixture(scope="module")
def jws_codes(vectors: Path) -> dict[int, tuple[str, str]]:
    """For each case of the suite its JWS and the code it is refused with."""
    codes = {}
    for _, case in cases(vectors / "wycheproof" / "json_web_signature_test.json"):
        token = case["jws"]
        raw = token if isinstance(token, str) else json.dumps(token)
        with pytest.raises(MalformedStatement) as caught:
            jws.parse(raw.encode())
        codes[case["tcId"]] = (raw, caught.value.code)
    return codes


def test_no_other_algorithm_is_ever_accepted(jws_codes: dict[int, tuple[str, str]]) -> None:
    """The suite signs with HS, ES, RS, PS and none; genuine or forged, none of it may pass."""
    assert len(jws_codes) == 401
    codes = {code for _, code in jws_codes.values()}
    assert codes <= {"alg-not-allowed", "malformed-jws", "malformed-base64", "malformed-header"}
    by_alg = sum(code == "alg-not-allowed" for _, code in jws_codes.values())
    assert by_alg > 350


def test_json_serialisation_is_no_compact_jws(jws_codes: dict[int, tuple[str, str]]) -> None:
    objects = [code for raw, code in jws_codes.values() if raw.startswith("{")]
    assert set(objects) <= {"malformed-jws", "malformed-base64"}


def test_a_foreign_algorithm_under_an_ed25519_kid_is_still_foreign(vectors: Path) -> None:
    """Algorithm confusion: a header that names our key but another algorithm."""
    _, case = cases(vectors / "wycheproof" / "ed25519_test.json")[0]
    for alg in (
        "none",
        "None",
        "HS256",
        "ES256",
        "EdDSA",
        "ed25519",
        "Ed448",
        "",
        None,
        1,
        ["Ed25519"],
    ):
        header = json.dumps({"alg": alg, "kid": "A" * 43, "typ": "x"}).encode()
        token = b64url(header) + ".e30." + b64url(bytes.fromhex(case["sig"]))
        with pytest.raises(CoreError) as caught:
            jws.parse(token.encode())
        assert caught.value.code == "alg-not-allowed", alg


def test_what_libsodium_accepts_the_reference_accepts(vectors: Path) -> None:
    """A quick yes is never more lenient than the slow one, also under keys that nobody may use."""
    assert sodium.quickly_verified is not None
    accepted = 0
    for group, case in cases(vectors / "wycheproof" / "ed25519_test.json"):
        raw, signature = bytes.fromhex(group["publicKey"]["pk"]), bytes.fromhex(case["sig"])
        if sodium.quickly_verified(raw, signature, bytes.fromhex(case["msg"])):
            assert case["result"] == "valid", case["comment"]
            accepted += 1
    assert accepted == 88
    assert not sodium.quickly_verified(bytes(32), bytes(64), b"any message")
    assert not sodium.quickly_verified(b"\1" + bytes(31), bytes(64), b"any message")
    assert not sodium.quickly_verified(b"\1" + bytes(31), b"", b"short")

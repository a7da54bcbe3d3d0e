"""Each way in which a genuinely signed statement can be malformed, and the code it gets."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core import jws
from ledger.core.errors import CoreError, MalformedJSON, MalformedStatement
from ledger.core.keys import PrivateKey
from ledger.core.statement import (
    CREDENTIAL_TYP,
    LAST_INSTANT,
    MAX_WIRE,
    parse_entry,
    parse_presentation,
    parse_wire,
    sign_statement,
)
from tests.core.refusing import refused
from tests.core.statements import CLAIMS, CREDENTIAL, disclosures, signed, without

DIGESTS = [d.digest for d in disclosures()]
SD = {"_sd": DIGESTS, "_sd_alg": "sha-256"}


@pytest.mark.parametrize("name", ["iss", "iat", "jti", "type"])
def test_common_claims_are_due(key: PrivateKey, name: str) -> None:
    with refused("missing-claim", MalformedStatement):
        parse_wire(signed(key, without(CLAIMS, name)))
    with refused("missing-claim", MalformedStatement):
        sign_statement(key, without(CLAIMS, name))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("iss", ""),
        ("iss", 1),
        ("iss", None),
        ("iat", -1),
        ("iat", LAST_INSTANT + 1),
        ("iat", "1767225600"),
        ("iat", True),
        ("iat", None),
        ("jti", ""),
        ("jti", 1),
        ("jti", "A" * 21),
        ("jti", "A" * 23),
        ("jti", "A" * 21 + "B"),
        ("jti", "A" * 21 + "="),
        ("type", ""),
        ("type", ["score.recorded"]),
    ],
)
def test_common_claims_have_their_form(key: PrivateKey, name: str, value: Any) -> None:
    with refused("malformed-claim", MalformedStatement):
        parse_wire(signed(key, CLAIMS | {name: value}))


@pytest.mark.parametrize("iat", [0, LAST_INSTANT])
def test_the_first_and_the_last_instant(key: PrivateKey, iat: int) -> None:
    assert parse_wire(signed(key, CLAIMS | {"iat": iat})).iat == iat


@pytest.mark.parametrize("iat", ["1.9", "1767225600.0", "1e9"])
def test_a_number_with_a_fraction_is_refused(key: PrivateKey, iat: str) -> None:
    payload = json.dumps(CLAIMS).replace("1767225600", iat).encode()
    with refused("float-not-allowed", MalformedJSON):
        parse_wire(signed(key, payload))


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"[]", "malformed-payload"),
        (b"null", "malformed-payload"),
        (b'"text"', "malformed-payload"),
        (b"", "malformed-json"),
        (b"{}x", "malformed-json"),
        (b"\xef\xbb\xbf{}", "byte-order-mark"),
        (b'{"iss":"a","iss":"b"}', "duplicate-key"),
        (b'{"a":NaN}', "non-finite-number"),
        (b'{"a":"\\ud800"}', "lone-surrogate"),
        (b'{"a":"\xff"}', "not-utf8"),
        (b'{"a":' + b"[" * 40 + b"]" * 40 + b"}", "too-deep"),
        (b"[" * 40_000, "too-deep"),
    ],
)
def test_a_payload_is_a_strict_json_object(key: PrivateKey, payload: bytes, code: str) -> None:
    with refused(code):
        parse_wire(signed(key, payload))


@pytest.mark.parametrize(
    ("claims", "typ"),
    [
        (CLAIMS, CREDENTIAL_TYP),
        (CREDENTIAL, "ledger-statement+jwt"),
        (CLAIMS, "JWT"),
        (CREDENTIAL, "vc+sd-jwt"),
        (CLAIMS, "key-proof+jwt"),
    ],
)
def test_no_other_type_passes_for_a_credential(
    key: PrivateKey, claims: dict[str, Any], typ: str
) -> None:
    with refused("wrong-typ", MalformedStatement):
        parse_wire(signed(key, claims, typ=typ))


@pytest.mark.parametrize(
    "claims",
    [
        {"_sd": DIGESTS},
        {"_sd_alg": "sha-256"},
        SD | {"_sd_alg": "sha-512"},
        SD | {"_sd_alg": None},
        SD | {"_sd": []},
        SD | {"_sd": {}},
        SD | {"_sd": "text"},
        SD | {"_sd": dict.fromkeys(DIGESTS)},
        SD | {"_sd": [*DIGESTS, DIGESTS[0]]},
        SD | {"_sd": [*DIGESTS, 1]},
        SD | {"_sd": [*DIGESTS, {"_sd": []}]},
        SD | {"_sd": [*DIGESTS, "A" * 42]},
        SD | {"_sd": [*DIGESTS, "A" * 42 + "B"]},
    ],
)
def test_digests_have_their_form(key: PrivateKey, claims: dict[str, Any]) -> None:
    with refused("malformed-digests", MalformedStatement):
        parse_wire(signed(key, CLAIMS | claims, disclosures()))
    with refused("malformed-digests", MalformedStatement):
        parse_entry(signed(key, CLAIMS | claims)[:-1])


@pytest.mark.parametrize(
    "claims",
    [
        {"...": "x"},
        {"part": {"_sd": DIGESTS}},
        {"part": {"_sd_alg": "sha-256"}},
        {"part": [{"...": DIGESTS[0]}]},
        {"part": [{"a": [{"_sd": []}]}]},
    ],
)
def test_digests_stand_nowhere_else(key: PrivateKey, claims: dict[str, Any]) -> None:
    with refused("reserved-claim", MalformedStatement):
        parse_wire(signed(key, CLAIMS | claims))


def test_every_digest_is_opened(key: PrivateKey) -> None:
    with refused("digest-without-disclosure", MalformedStatement):
        parse_wire(signed(key, CLAIMS | SD, disclosures()[1:]))
    with refused("digest-without-disclosure", MalformedStatement):
        parse_wire(signed(key, CLAIMS | SD))
    with refused("digest-without-disclosure", MalformedStatement):
        parse_wire(signed(key, CLAIMS | SD)[:-1])


def test_every_disclosure_has_a_digest(key: PrivateKey) -> None:
    with refused("disclosure-without-digest", MalformedStatement):
        parse_wire(signed(key, CLAIMS, disclosures()))
    one_less = CLAIMS | SD | {"_sd": DIGESTS[1:]}
    with refused("disclosure-without-digest", MalformedStatement):
        parse_wire(signed(key, one_less, disclosures()))


def test_a_disclosure_is_sent_once(key: PrivateKey) -> None:
    with refused("duplicate-disclosure", MalformedStatement):
        parse_wire(signed(key, CLAIMS | SD, [*disclosures(), disclosures()[0]]))


def test_a_name_is_disclosed_once(key: PrivateKey) -> None:
    twice = [*disclosures(grade="merit"), *disclosures(x=1, grade="pass")[1:]]
    claims = CLAIMS | {"_sd": [d.digest for d in twice], "_sd_alg": "sha-256"}
    with refused("duplicate-disclosure", MalformedStatement):
        parse_wire(signed(key, claims, twice))
    with refused("duplicate-disclosure", MalformedStatement):
        sign_statement(key, CLAIMS, twice)


def test_a_public_claim_is_not_disclosed_as_well(key: PrivateKey) -> None:
    opened = disclosures(iss="https://elsewhere.example")
    claims = CLAIMS | {"_sd": [opened[0].digest], "_sd_alg": "sha-256"}
    with refused("disclosure-shadows-claim", MalformedStatement):
        parse_wire(signed(key, claims, opened))


def test_a_malformed_disclosure_is_refused(key: PrivateKey) -> None:
    for tail in (b"~", b"e30~", b"=~", b"W10~W10~"):
        with refused("malformed-disclosure", MalformedStatement):
            parse_wire(signed(key, CLAIMS) + tail)


def test_nothing_follows_the_last_tilde(key: PrivateKey) -> None:
    """Not a key binding either (RFC 9901, 4.3): a statement is nobody's presentation."""
    wire = signed(key, CLAIMS | SD, disclosures())
    for tail in (b"\n", b"x", jws.sign(b"{}", key, "kb+jwt")):
        with refused("key-binding-not-allowed", MalformedStatement):
            parse_wire(wire + tail)


@pytest.mark.parametrize("data", ["é", b"\xff~", "e30.é.x~"])
def test_the_wire_is_ascii(data: bytes | str) -> None:
    with refused("malformed-wire", MalformedStatement):
        parse_wire(data)


def test_the_wire_is_bounded(key: PrivateKey) -> None:
    with refused("too-large", MalformedStatement):
        parse_wire("~" * (MAX_WIRE + 1))
    with refused("malformed-disclosure", MalformedStatement):
        parse_wire("~" * MAX_WIRE)
    with refused("too-large", MalformedStatement):
        sign_statement(key, CLAIMS, disclosures(text="x" * MAX_WIRE))


def test_a_log_entry_is_the_jws_alone(key: PrivateKey) -> None:
    with pytest.raises(MalformedStatement):
        parse_entry(signed(key, CLAIMS))


@pytest.mark.parametrize("name", ["_sd", "_sd_alg", "..."])
def test_signing_leaves_the_formats_own_names_to_itself(key: PrivateKey, name: str) -> None:
    with refused("reserved-claim", MalformedStatement):
        sign_statement(key, CLAIMS | {name: "x"})


def test_signing_refuses_floats(key: PrivateKey) -> None:
    with refused("float-not-allowed", MalformedJSON):
        sign_statement(key, CLAIMS | {"mark": 71.5})


@given(st.binary(max_size=80) | st.text(max_size=80))
def test_any_input_is_refused_by_one_family(data: bytes | str) -> None:
    for parse in (parse_wire, parse_presentation):
        with pytest.raises(CoreError):
            parse(data)


@given(st.text(alphabet='{}[]":,_sdiatjtypelg.019~ ', max_size=60))
def test_any_payload_is_refused_by_one_family(text: str) -> None:
    key = PrivateKey.from_seed(bytes(32))
    with pytest.raises(CoreError):
        parse_wire(signed(key, text.encode()))

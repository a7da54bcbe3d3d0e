import base64
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.encoding import b64url
from ledger.core.errors import CoreError, InvalidSignature
from ledger.core.keys import PrivateKey
from ledger.core.statement import (
    MAX_ENTRY,
    Statement,
    parse_entry,
    parse_presentation,
    parse_wire,
    present,
    sign_statement,
    verify_statement,
)
from tests.core.refusing import flipped, refused
from tests.core.statements import CLAIMS, CREDENTIAL, disclosures


@pytest.fixture(scope="module")
def credential(key: PrivateKey) -> Statement:
    return sign_statement(key, CREDENTIAL, disclosures())


def test_a_statement_without_disclosures(key: PrivateKey) -> None:
    statement = sign_statement(key, CLAIMS)
    assert statement.claims == CLAIMS
    assert statement.typ == "ledger-statement+jwt"
    assert (statement.iss, statement.iat) == (CLAIMS["iss"], CLAIMS["iat"])
    assert (statement.jti, statement.type) == (CLAIMS["jti"], CLAIMS["type"])
    assert statement.kid == key.public.thumbprint
    assert statement.digests == ()
    assert statement.disclosures == ()
    assert statement.wire() == statement.entry + b"~"
    verify_statement(statement, key.public)


def test_the_two_wire_forms_without_disclosures_are_one(key: PrivateKey) -> None:
    statement = sign_statement(key, CLAIMS)
    for wire in (statement.entry, statement.entry + b"~", statement.wire().decode()):
        assert parse_wire(wire) == statement


def test_a_credential(credential: Statement, key: PrivateKey) -> None:
    assert credential.typ == "dc+sd-jwt"
    assert credential.digests == tuple(sorted(d.digest for d in disclosures()))
    assert credential.claims == CREDENTIAL | {
        "_sd": list(credential.digests),
        "_sd_alg": "sha-256",
    }
    assert credential.disclosures == tuple(disclosures())
    verify_statement(credential, key.public)


def test_the_wire_form_by_hand(credential: Statement) -> None:
    """Taken apart by nothing but base64 and json."""
    entry, *opened, end = credential.wire().decode().split("~")
    assert end == ""
    assert [d.encoded for d in credential.disclosures or ()] == opened
    header, payload, signature = (
        base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in entry.split(".")
    )
    assert json.loads(header) == {"alg": "Ed25519", "kid": credential.kid, "typ": "dc+sd-jwt"}
    assert json.loads(payload) == credential.claims
    assert signature == credential.signature
    assert credential.signing_input == entry.rpartition(".")[0].encode()


def test_the_leaf_is_over_the_jws_alone(credential: Statement) -> None:
    leaf = hashlib.sha256(b"\x00" + credential.entry).digest()
    assert credential.leaf == leaf
    assert credential.leaf_id == b64url(leaf)
    assert parse_entry(credential.entry).leaf == leaf


def test_read_from_the_log_the_disclosures_are_unknown(credential: Statement) -> None:
    entry = parse_entry(credential.entry)
    assert entry.disclosures is None
    assert entry.digests == credential.digests
    assert entry.claims == credential.claims
    assert entry != credential
    assert entry.wire() == credential.entry + b"~"


def test_equal_where_the_bytes_are(credential: Statement) -> None:
    again = parse_wire(credential.wire())
    assert again == credential
    assert {again, credential} == {credential}
    assert parse_wire(credential.wire().decode()) == credential


def test_the_order_of_disclosures_is_the_senders(key: PrivateKey) -> None:
    there = sign_statement(key, CLAIMS, disclosures())
    back = sign_statement(key, CLAIMS, disclosures()[::-1])
    assert there.entry == back.entry
    assert there != back
    assert parse_wire(back.wire()) == back


def test_a_holder_shows_less(credential: Statement, key: PrivateKey) -> None:
    shown = parse_presentation(present(credential, ["grade"]))
    assert [d.name for d in shown.disclosures or ()] == ["grade"]
    assert shown.entry == credential.entry
    verify_statement(shown, key.public)
    assert present(credential, ["grade", "marks", "holder_name"]) == credential.wire()
    assert parse_presentation(present(credential, [])).disclosures == ()
    with refused("digest-without-disclosure"):
        parse_wire(present(credential, ["grade"]))


def test_what_is_unknown_cannot_be_shown(credential: Statement) -> None:
    entry = parse_entry(credential.entry)
    assert present(entry, ["grade"]) == credential.entry + b"~"


def test_a_presentation_holds_nothing_but_the_statements_own(credential: Statement) -> None:
    foreign = disclosures(other="value")[0].encoded
    with refused("disclosure-without-digest"):
        parse_presentation(present(credential, ["grade"]) + foreign.encode() + b"~")


def test_no_bit_of_an_entry_can_be_flipped(credential: Statement, key: PrivateKey) -> None:
    for bit in range(len(credential.entry) * 8):
        with pytest.raises(CoreError):
            verify_statement(parse_entry(flipped(credential.entry, bit)), key.public)


def test_no_bit_of_a_disclosure_can_be_flipped(credential: Statement) -> None:
    wire = credential.wire()
    for bit in range((len(credential.entry) + 1) * 8, len(wire) * 8):
        with pytest.raises(CoreError):
            parse_wire(flipped(wire, bit))


def test_another_key_is_refused(
    credential: Statement, key: PrivateKey, other_key: PrivateKey
) -> None:
    with refused("wrong-key", InvalidSignature):
        verify_statement(credential, other_key.public)
    body, _, _ = credential.entry.rpartition(b".")
    forged = body + b"." + b64url(other_key.sign(body)).encode()
    with refused("wrong-signature", InvalidSignature):
        verify_statement(parse_entry(forged), key.public)


def test_signing_is_deterministic(credential: Statement, key: PrivateKey) -> None:
    """The same claims and salts give the same bytes: a resumed client sends what it sent."""
    assert sign_statement(key, CREDENTIAL, disclosures()) == credential


def test_the_largest_entry(key: PrivateKey) -> None:
    room = MAX_ENTRY - len(sign_statement(key, CLAIMS | {"text": ""}).entry)
    largest = sign_statement(key, CLAIMS | {"text": "x" * (room * 3 // 4 + 1)})
    assert len(largest.entry) == MAX_ENTRY
    with refused("too-large"):
        sign_statement(key, CLAIMS | {"text": "x" * (room * 3 // 4 + 2)})


@given(
    st.dictionaries(
        st.text(max_size=8).filter(lambda name: name not in {*CLAIMS, "_sd", "_sd_alg", "..."}),
        st.integers() | st.text(max_size=8) | st.booleans() | st.none(),
        max_size=4,
    ),
    st.integers(min_value=0, max_value=4),
)
def test_any_claims_public_or_disclosed_come_back(values: dict[str, object], public: int) -> None:
    key = PrivateKey.from_seed(bytes(32))
    names = list(values)
    claims = CLAIMS | {name: values[name] for name in names[:public]}
    hidden = {name: values[name] for name in names[public:]}
    opened = disclosures(**hidden) if hidden else []
    statement = parse_wire(sign_statement(key, claims, opened).wire())
    verify_statement(statement, key.public)
    assert {d.name: d.value for d in statement.disclosures or ()} == hidden
    assert {n: v for n, v in statement.claims.items() if n not in {"_sd", "_sd_alg"}} == claims


@given(data=st.data())
def test_any_change_to_the_wire_is_refused_or_no_change(
    data: st.DataObject, credential: Statement, key: PrivateKey
) -> None:
    """Cut out, replace or insert anywhere: what still parses and verifies says the same."""
    wire = credential.wire()
    start = data.draw(st.integers(0, len(wire)))
    stop = data.draw(st.integers(start, min(len(wire), start + 60)))
    put = data.draw(st.binary(max_size=3) | st.sampled_from([b"~", b".", b"~~", wire[:30]]))
    try:
        statement = parse_wire(wire[:start] + put + wire[stop:])
        verify_statement(statement, key.public)
    except CoreError:
        return
    assert statement == credential

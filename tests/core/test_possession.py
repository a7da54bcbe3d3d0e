import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core import jws
from ledger.core.errors import CoreError, InvalidSignature, MalformedStatement
from ledger.core.keys import PrivateKey
from ledger.core.possession import TYP, USES
from ledger.core.statement import check_possession, sign_possession
from tests.core.refusing import refused

BOUND = ("ledger.example", "agency-1", "statement")


@pytest.mark.parametrize("use", sorted(USES))
def test_a_key_proves_itself_for_each_use(key: PrivateKey, use: str) -> None:
    proof = sign_possession(key, "ledger.example", "agency-1", use)
    check_possession(proof, key.public, "ledger.example", "agency-1", use)
    assert json.loads(jws.parse(proof.encode()).payload) == {
        "origin": "ledger.example",
        "party": "agency-1",
        "use": use,
        "key": key.public.thumbprint,
    }


@pytest.mark.parametrize("place", range(3))
def test_it_proves_nothing_else(key: PrivateKey, place: int) -> None:
    others = ("elsewhere.example", "agency-2", "report")
    elsewhere = [*BOUND[:place], others[place], *BOUND[place + 1 :]]
    with refused("wrong-possession", InvalidSignature):
        check_possession(sign_possession(key, *BOUND), key.public, *elsewhere)


def test_it_proves_no_other_key(key: PrivateKey, other_key: PrivateKey) -> None:
    with refused("wrong-key", InvalidSignature):
        check_possession(sign_possession(key, *BOUND), other_key.public, *BOUND)


def forged(signer: PrivateKey, typ: str = TYP, **changes: Any) -> str:
    origin, party, use = BOUND
    claims = {"origin": origin, "party": party, "use": use, "key": signer.public.thumbprint}
    members = {name: v for name, v in (claims | changes).items() if v is not None}
    return jws.sign(json.dumps(members).encode(), signer, typ).decode()


@pytest.mark.parametrize("changes", [{"more": 1}, {"party": None}, {"key": "A" * 43}, {"use": 1}])
def test_the_payload_is_exact(key: PrivateKey, changes: dict[str, Any]) -> None:
    check_possession(forged(key), key.public, *BOUND)
    with refused("wrong-possession", InvalidSignature):
        check_possession(forged(key, **changes), key.public, *BOUND)


def test_a_proof_by_hand_of_a_foreign_key_does_not_verify(
    key: PrivateKey, other_key: PrivateKey
) -> None:
    """Claims and kid of a key that the signer does not hold."""
    body = sign_possession(key, *BOUND).rpartition(".")[0]
    proof = f"{body}.{sign_possession(other_key, *BOUND).rpartition('.')[2]}"
    with refused("wrong-signature", InvalidSignature):
        check_possession(proof, key.public, *BOUND)


def test_a_statement_is_no_proof(key: PrivateKey) -> None:
    with refused("wrong-typ", MalformedStatement):
        check_possession(forged(key, typ="ledger-statement+jwt"), key.public, *BOUND)


@pytest.mark.parametrize("proof", ["", "é", "a.b.c", "a.b", "e30.e30.AA"])
def test_refuses_what_is_no_jws(key: PrivateKey, proof: str) -> None:
    with pytest.raises(MalformedStatement):
        check_possession(proof, key.public, *BOUND)


def test_refuses_other_algorithms_and_payloads(key: PrivateKey) -> None:
    with refused("alg-not-allowed", MalformedStatement):
        check_possession("eyJhbGciOiJub25lIn0.e30.", key.public, *BOUND)
    with refused("malformed-possession", MalformedStatement):
        check_possession("é", key.public, *BOUND)
    with refused("malformed-possession", MalformedStatement):
        check_possession(jws.sign(b"{", key, TYP).decode(), key.public, *BOUND)


def test_an_unknown_use_is_our_own_bug(key: PrivateKey) -> None:
    with pytest.raises(AssertionError):
        sign_possession(key, "ledger.example", "agency-1", "anything")


@given(st.text(max_size=60))
def test_any_text_is_refused_by_one_family(proof: str) -> None:
    with pytest.raises(CoreError):
        check_possession(proof, PrivateKey.from_seed(bytes(32)).public, *BOUND)

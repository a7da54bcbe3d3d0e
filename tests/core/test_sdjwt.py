import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.encoding import b64url, b64url_decode
from ledger.core.errors import CoreError, MalformedJSON, MalformedStatement
from ledger.core.sdjwt import digest_of, make_disclosure, parse_disclosure
from tests.core.refusing import refused

SALT = bytes(range(32))


def encoded(array: Any) -> str:
    return b64url(json.dumps(array).encode())


def test_rfc_9901_digest() -> None:
    """RFC 9901, 4.2.3: the example's text and its digest."""
    text = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
    assert digest_of(text) == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"
    with refused("malformed-disclosure"):  # its salt has 128 bits, ours 256
        parse_disclosure(text)


def test_made_and_parsed() -> None:
    made = make_disclosure("holder_name", "欧阳·测试", SALT)
    assert json.loads(b64url_decode(made.encoded)) == [b64url(SALT), "holder_name", "欧阳·测试"]
    digest = hashlib.sha256(made.encoded.encode()).digest()
    assert made.digest == b64url(digest)
    again = parse_disclosure(made.encoded)
    assert again == made
    assert (again.name, again.value, again.salt) == (made.name, made.value, made.salt)


def test_equal_by_text_and_usable_in_sets() -> None:
    one = make_disclosure("marks", {"theory": 71}, SALT)
    assert {one, parse_disclosure(one.encoded)} == {one}
    assert one != make_disclosure("marks", {"theory": 71}, SALT[::-1])


@pytest.mark.parametrize(
    "array",
    [
        [],
        {},
        "text",
        "abc",
        {b64url(SALT): 1, "name": 2, "value": 3},
        [b64url(SALT), "name"],
        [b64url(SALT), "name", 1, 2],
        [1, "name", 1],
        ["salt", "name", 1],
        [b64url(SALT)[:-1], "name", 1],
        [b64url(SALT)[:-1] + "9", "name", 1],
        [b64url(SALT), 1, 1],
        [b64url(SALT), None, 1],
        [b64url(SALT), "name", 1.5],
    ],
)
def test_refuses_other_arrays(array: Any) -> None:
    with refused("malformed-disclosure", MalformedStatement):
        parse_disclosure(encoded(array))


@pytest.mark.parametrize("text", ["", "W10=", "W1", "é", "e30", " W10", b64url(b"\xff")])
def test_refuses_other_texts(text: str) -> None:
    with refused("malformed-disclosure", MalformedStatement):
        parse_disclosure(text)


@pytest.mark.parametrize("name", ["_sd", "_sd_alg", "..."])
def test_refuses_the_formats_own_names(name: str) -> None:
    with refused("reserved-claim", MalformedStatement):
        make_disclosure(name, 1, SALT)
    values: list[Any] = [{name: 1}, [{name: 1}], {"a": [[{"b": {name: []}}]]}]
    for value in values:
        with refused("reserved-claim", MalformedStatement):
            make_disclosure("name", value, SALT)
    assert make_disclosure("name", [name, {"a": name}], SALT).value == [name, {"a": name}]


def test_refuses_what_is_not_json() -> None:
    with refused("float-not-allowed", MalformedJSON):
        make_disclosure("marks", 71.5, SALT)


def test_a_short_salt_is_our_own_bug() -> None:
    with pytest.raises(AssertionError):
        make_disclosure("marks", 71, SALT[:16])


@given(st.text(alphabet="WyJhIiwxXQ_-019~=", max_size=40))
def test_any_text_is_refused_by_one_family(text: str) -> None:
    with pytest.raises(CoreError):
        parse_disclosure(text)

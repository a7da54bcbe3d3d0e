import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.errors import CoreError, MalformedJSON
from ledger.core.strict_json import MAX_DEPTH, dumps, loads
from tests.core.refusing import refused

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_written_is_read(value: Any) -> None:
    assert loads(dumps(value)) == value
    assert loads(dumps(value), floats=False) == value
    assert loads(dumps(value).decode()) == value


@given(st.binary(max_size=60))
def test_any_bytes_are_read_as_the_standard_library_does_or_refused(data: bytes) -> None:
    try:
        value = loads(data)
    except CoreError:
        return
    assert value == json.loads(data.decode())


@given(st.text(alphabet='{}[]",:\\u dD8eE+-.0123456789truefalsn', max_size=30))
def test_anything_like_json_is_read_as_the_standard_library_does_or_refused(text: str) -> None:
    try:
        value = loads(text)
    except CoreError:
        return
    assert value == json.loads(text)


def test_written_compact_in_the_order_given() -> None:
    assert (
        dumps({"b": 1, "a": [True, None, "中", (2,)]})
        == '{"b":1,"a":[true,null,"中",[2]]}'.encode()
    )


def test_white_space_around_the_value_is_fine() -> None:
    assert loads(b' \t\r\n{ "a" : 1 } \n') == {"a": 1}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "malformed-json"),
        (" ", "malformed-json"),
        ("{", "malformed-json"),
        ("[1,]", "malformed-json"),
        ("[01]", "malformed-json"),
        ("[1] 2", "malformed-json"),
        ("\xa0[1]", "malformed-json"),
        ("\f1", "malformed-json"),
        ('"a\tb"', "malformed-json"),
        ("'a'", "malformed-json"),
        ("\ufeff{}", "byte-order-mark"),
        ('{"a":1,"a":1}', "duplicate-key"),
        ('{"a":1,"\\u0061":1}', "duplicate-key"),
        ('[{"x":{"a":1,"b":2,"a":3}}]', "duplicate-key"),
        ("NaN", "non-finite-number"),
        ("[-Infinity]", "non-finite-number"),
        ("1e400", "non-finite-number"),
        ("-1e400", "non-finite-number"),
        ("1" * 5000, "number-too-long"),
        (r'"\ud800"', "lone-surrogate"),
        (r'"\uDFFF\ud800"', "lone-surrogate"),
        (r'{"\ud834x":1}', "lone-surrogate"),
        (r'[[{"a":"\ud834\u0064"}]]', "lone-surrogate"),
    ],
)
def test_refuses(text: str, code: str) -> None:
    for data in (text, text.encode()):
        with refused(code, MalformedJSON):
            loads(data)


@pytest.mark.parametrize(
    "data", [b'"\xff"', b'"\xed\xa0\x80"', b'"\xc0\xaf"', b"\xff\xfe[\x00]\x00"]
)
def test_refuses_what_is_not_utf8(data: bytes) -> None:
    with refused("not-utf8", MalformedJSON):
        loads(data)


def test_says_which_member_stands_twice() -> None:
    with pytest.raises(MalformedJSON, match="'b' stands twice"):
        loads('{"a":1,"b":2,"c":3,"b":4}')


def test_refuses_half_a_surrogate_pair_in_text() -> None:
    with refused("lone-surrogate", MalformedJSON):
        loads('"\ud800"')


def test_a_whole_surrogate_pair_is_one_character() -> None:
    assert loads(r'"\ud834\udd1e \\ud800"') == "\U0001d11e \\ud800"


@pytest.mark.parametrize("text", ["1.0", "[1e2]", '{"a":-0.5}', "1E0", "0e1"])
def test_floats_are_refused_where_only_integers_may_stand(text: str) -> None:
    assert loads(text) is not None
    with refused("float-not-allowed", MalformedJSON):
        loads(text, floats=False)


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_depth_is_bounded_exactly(opening: str, closing: str) -> None:
    def nested(depth: int) -> str:
        return opening * depth + "1" * (opening != "[") + closing * depth

    assert loads(nested(MAX_DEPTH)) is not None
    with refused("too-deep", MalformedJSON):
        loads(nested(MAX_DEPTH + 1))
    assert loads(nested(3), max_depth=3) is not None
    with refused("too-deep", MalformedJSON):
        loads(nested(4), max_depth=3)


def test_many_brackets_are_not_depth() -> None:
    assert len(loads("[" + "[],{}," * 100 + "[]]")) == 201
    assert loads('["' + r"[{\"[" * 100 + '"]', max_depth=1) == ['[{"[' * 100]


@pytest.mark.parametrize(
    "text",
    ["[" * 200_000, '["' + '\\"' * 100_000, '["\\' * 60_000, '{"":' * 60_000, '"[' * 100_000],
)
def test_hostile_nesting_costs_no_more_than_its_length(text: str) -> None:
    """Neither a recursion error nor quadratic time: the whole suite would stand still."""
    with pytest.raises(MalformedJSON):
        loads(text)


@pytest.mark.parametrize("value", [1.5, [1.0], {"a": {"b": float("nan")}}])
def test_floats_are_never_written(value: Any) -> None:
    with refused("float-not-allowed", MalformedJSON):
        dumps(value)


@pytest.mark.parametrize("value", [{1: 2}, {"a": b"bytes"}, [object()], {None: 1}, {"a": {1, 2}}])
def test_what_json_does_not_know_is_never_written(value: Any) -> None:
    with refused("not-json", MalformedJSON):
        dumps(value)


def test_half_a_surrogate_pair_is_never_written() -> None:
    with refused("lone-surrogate", MalformedJSON):
        dumps(["\udc00"])


def test_what_is_written_can_be_read_again_as_to_depth() -> None:
    value: Any = []
    for _ in range(MAX_DEPTH - 1):
        value = [value]
    assert loads(dumps(value)) == value
    with refused("too-deep", MalformedJSON):
        dumps([value])


def test_a_value_within_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with refused("too-deep", MalformedJSON):
        dumps(loop)


def test_the_bound_on_digits_is_the_interpreters() -> None:
    digits = sys.get_int_max_str_digits()
    assert loads("1" * digits) == int("1" * digits)
    with refused("number-too-long", MalformedJSON):
        loads("1" * (digits + 1))

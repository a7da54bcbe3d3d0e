"""JSON that means one thing only (RFC 8259, narrowed as I-JSON, RFC 7493, narrows it).

Refused on reading: bytes that are not UTF-8, a byte order mark, duplicate members, NaN and
Infinity, numbers beyond a double, half surrogate pairs (also spelt as escapes), nesting beyond a
bound, anything after the value; with `floats=False` every number that is not written as an integer.
The scanner is the standard library's own, in C; what it is too lenient about is checked around it.
"""

import json
import math
import re
from collections.abc import Callable
from json.decoder import JSONDecodeError
from typing import Any, NoReturn

from ledger.core.errors import MalformedJSON

MAX_DEPTH = 32

_WHITESPACE = " \t\n\r"
# A string, closed or not, or a bracket. Possessive, so that hostile quotes cost linear time.
_STRING_OR_BRACKET = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]|[\]}]', re.DOTALL)


def loads(data: bytes | str, *, floats: bool = True, max_depth: int = MAX_DEPTH) -> Any:
    """Return the value of a JSON text, else raise `MalformedJSON`.

    `max_depth` counts arrays and objects: `[]` has depth 1.
    """
    text = _text(data)
    if text.count("[") + text.count("{") > max_depth:
        _check_depth(text, max_depth)
    body = text.strip(_WHITESPACE)
    try:
        value, end = (_scan if floats else _scan_integers)(body, 0)
    except StopIteration:
        raise MalformedJSON("malformed-json", "no JSON value where one is due") from None
    except JSONDecodeError as error:
        raise MalformedJSON("malformed-json", str(error)) from None
    except ValueError:  # int() refuses thousands of digits: reading them takes quadratic time
        raise MalformedJSON("number-too-long", "an integer has too many digits") from None
    if end != len(body):
        raise MalformedJSON("malformed-json", f"after the value: {body[end : end + 20]!r}")
    if "\\" in body and "\\u" in body:  # one character is found faster than two
        _utf8(json.dumps(value, ensure_ascii=False))
    return value


def dumps(value: Any) -> bytes:
    """Return a value as compact UTF-8 JSON, members in the order given.

    Takes str, int, bool, None, list, tuple and dict with str keys; raises `MalformedJSON` at
    anything else, floats above all: nothing signed depends on how a float is printed.
    """
    _check_value(value, MAX_DEPTH)
    return _utf8(_encode(value))


def _text(data: bytes | str) -> str:
    if isinstance(data, bytes):
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise MalformedJSON("not-utf8", f"byte {error.start} is not UTF-8") from None
    else:
        text = data
        _utf8(text)
    if text.startswith("\ufeff"):
        raise MalformedJSON("byte-order-mark", "the text starts with a byte order mark")
    return text


def _utf8(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise MalformedJSON("lone-surrogate", "a string holds half of a surrogate pair") from None


def _check_depth(text: str, max_depth: int) -> None:
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(text):
        first = match[0][0]
        if first in "[{":
            depth += 1
            if depth > max_depth:
                raise MalformedJSON("too-deep", f"nested more than {max_depth} deep")
        elif first != '"':
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise MalformedJSON("duplicate-key", f"the member {twice!r} stands twice")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise MalformedJSON("non-finite-number", f"{name} is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise MalformedJSON("non-finite-number", "a number is too large for a double")
    return number


def _refuse_float(digits: str) -> NoReturn:
    raise MalformedJSON("float-not-allowed", f"{digits[:40]} is not written as an integer")


def _scanner(parse_float: Callable[[str], float]) -> Callable[[str, int], tuple[Any, int]]:
    decoder = json.JSONDecoder(
        object_pairs_hook=_object, parse_float=parse_float, parse_constant=_refuse_constant
    )
    scan: Callable[[str, int], tuple[Any, int]] = vars(decoder)["scan_once"]
    return scan


_scan = _scanner(_finite)
_scan_integers = _scanner(_refuse_float)
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _check_value(value: Any, depth: int) -> None:
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None:
        return
    if kind is float:
        raise MalformedJSON("float-not-allowed", f"{value!r} is a float")
    if kind is dict:
        for name in value:
            if type(name) is not str:
                raise MalformedJSON("not-json", f"the member name {name!r} is not a string")
        value = value.values()
    elif kind is not list and kind is not tuple:
        raise MalformedJSON("not-json", f"a {kind.__name__} is no JSON value")
    if not depth:
        raise MalformedJSON("too-deep", f"nested more than {MAX_DEPTH} deep")
    for item in value:
        _check_value(item, depth - 1)

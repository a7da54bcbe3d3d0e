"""JSONTestSuite (nst): `y_` accepted, `n_` refused, `i_` either, and never another exception."""

from pathlib import Path

import pytest

from ledger.core.errors import CoreError, MalformedJSON
from ledger.core.strict_json import loads

# RFC 8259 only says names SHOULD be unique; here they must be.
STRICTER = {"y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"}


@pytest.fixture(scope="module")
def verdicts(vectors: Path) -> dict[str, str]:
    """For each file, the code it is refused with, or nothing."""
    found = {}
    for path in sorted((vectors / "JSONTestSuite" / "test_parsing").glob("*.json")):
        try:
            loads(path.read_bytes())
        except MalformedJSON as error:
            found[path.name] = error.code
        else:
            found[path.name] = ""
    return found


def test_the_suite_is_whole(verdicts: dict[str, str]) -> None:
    assert len(verdicts) == 318
    assert {name[:2] for name in verdicts} == {"y_", "n_", "i_"}


def test_what_is_json_is_accepted(verdicts: dict[str, str]) -> None:
    refused = {name: code for name, code in verdicts.items() if name.startswith("y_") and code}
    assert refused == dict.fromkeys(STRICTER, "duplicate-key")


def test_what_is_not_json_is_refused(verdicts: dict[str, str]) -> None:
    assert [name for name, code in verdicts.items() if name.startswith("n_") and not code] == []


def test_what_is_left_open_is_refused_where_it_has_two_readings(verdicts: dict[str, str]) -> None:
    accepted = {name for name, code in verdicts.items() if name.startswith("i_") and not code}
    assert accepted == {
        "i_number_double_huge_neg_exp.json",
        "i_number_real_underflow.json",
        "i_number_too_big_neg_int.json",
        "i_number_too_big_pos_int.json",
        "i_number_very_big_negative_int.json",
    }


def test_no_file_needs_floats_refused_by_another_exception(vectors: Path) -> None:
    for path in (vectors / "JSONTestSuite" / "test_parsing").glob("*.json"):
        try:
            value = loads(path.read_bytes(), floats=False)
        except CoreError:
            continue
        assert "." not in repr(value) or "." in path.read_text()

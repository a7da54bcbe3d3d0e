"""The list of codes is what problems, findings and documentation are made from: it must be true."""

import ast
import pickle
from pathlib import Path

import pytest

import ledger.core
from ledger.core import errors
from ledger.core.errors import CODES, CoreError, InvalidProof

FAMILY = {name for name, cls in vars(errors).items() if isinstance(cls, type)}


def raised() -> set[str]:
    """Every code that the source gives to one of the errors or hands on to a helper that does."""
    codes = set()
    for path in Path(ledger.core.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                strings = [str(a.value) for a in node.args if isinstance(a, ast.Constant)]
                if node.func.id in FAMILY:
                    codes.add(strings[0] if isinstance(node.args[0], ast.Constant) else "")
                elif node.func.id == "_decode":
                    codes.update(strings)
    return {code for code in codes if code}


def test_every_code_is_raised_and_every_raised_code_is_listed() -> None:
    assert raised() == set(CODES)


def test_codes_are_kebab_case_with_a_sentence_each() -> None:
    for code, meaning in CODES.items():
        assert code == code.lower().replace("_", "-").strip("-")
        assert meaning.endswith(".")


def test_an_unlisted_code_is_our_own_bug() -> None:
    with pytest.raises(AssertionError):
        CoreError("no-such-code", "detail")


def test_errors_say_what_they_are_also_across_processes() -> None:
    error = pickle.loads(pickle.dumps(InvalidProof("wrong-size", "4 is not 5")))
    assert type(error) is InvalidProof
    assert (error.code, error.detail) == ("wrong-size", "4 is not 5")
    assert str(error) == "wrong-size: 4 is not 5"
